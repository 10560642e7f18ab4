using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dataflow.Codecs;

/// <summary>A record type as rows of files show it: its public properties and fields, and the constructor that makes it. Made at compile
/// time, it stands for reflection where CSV and JSON are read and written.</summary>
public abstract class RowForm
{
    private protected RowForm()
    {
    }

    /// <summary>The parameters of the constructor that rows are made by; none: one without parameters, or a struct's own.</summary>
    public abstract IReadOnlyList<RowParameter> Parameters { get; }

    /// <summary>The public properties and fields, those of derived types first.</summary>
    public abstract IReadOnlyList<RowProperty> Properties { get; }

    /// <summary>Whether the form says all that System.Text.Json would find; else attributes of its own ask for reflection.</summary>
    public virtual bool HasJson => true;

    /// <summary>The properties that columns set behind the constructor.</summary>
    internal IEnumerable<RowProperty> Settable => Properties.Where(property => !property.IsField && property.IsSettable
        && !Parameters.Any(parameter => parameter.Name.Equals(property.Name, StringComparison.OrdinalIgnoreCase)));

    internal abstract JsonTypeInfo Json(JsonSerializerOptions options);
}

/// <summary>The rows of <typeparamref name="T"/>.</summary>
public abstract class RowForm<T> : RowForm
{
    /// <summary>Makes the value of a row from columns.</summary>
    /// <param name="columns">An array of the member's type for each of the parameters, then for each public property with a public setter
    /// that no parameter is named like.</param>
    /// <param name="row">The row's index in the arrays.</param>
    public abstract T Make(Array[] columns, int row);

    /// <summary>Makes a value with the constructor alone.</summary>
    /// <param name="arguments">A value for each parameter.</param>
    public abstract T Make(object?[] arguments);

    internal sealed override JsonTypeInfo Json(JsonSerializerOptions options)
    {
        var isPlain = typeof(T).IsValueType || Parameters.Count == 0; // the library makes structs by no constructor
#pragma warning disable CS8714 // a record type is never a type that may be null
        return JsonMetadataServices.CreateObjectInfo(options, new JsonObjectInfoValues<T>
        {
            ObjectCreator = Parameters.Count == 0 ? () => Make([]) : isPlain ? static () => default! : null,
            ObjectWithParameterizedConstructorCreator = isPlain ? null : Make,
            ConstructorParameterMetadataInitializer = isPlain ? null : () => [.. Parameters.Select(static (of, i) => of.Json(i))],
            ConstructorAttributeProviderFactory = isPlain ? null : static () => typeof(T),
            PropertyMetadataInitializer = _ => [.. Properties.Select(property => property.Json(options))],
        });
#pragma warning restore CS8714
    }
}
