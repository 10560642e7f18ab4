namespace Dataflow.Extensibility;

/// <summary>A member of a row's type that a column fills.</summary>
/// <param name="Name">The constructor parameter's or property's name.</param>
/// <param name="Type">The type that the column's values become.</param>
/// <param name="TakesNull">Whether the member's type, or its nullable annotation, allows a missing value.</param>
public sealed record RowMember(string Name, Type Type, bool TakesNull)
{
    /// <summary>The type as a programmer writes it, for errors.</summary>
    public string TypeName => NameOf(Type);

    /// <summary>A type as a programmer writes it, for errors.</summary>
    public static string NameOf(Type type)
        => Nullable.GetUnderlyingType(type) is { } underlying ? $"{underlying.Name}?" : type.Name;

    /// <summary>Whether a column's name matches this member; case and '_' do not matter.</summary>
    public bool Fits(string column) => string.Equals(Plain(column), Plain(Name), StringComparison.OrdinalIgnoreCase);

    private static string Plain(string name) => name.Trim().Replace("_", "", StringComparison.Ordinal);
}
