namespace Dataflow.Extensibility;

/// <summary>Names types for plans, messages and signatures of state: <c>Keyed&lt;String, Flight&gt;</c>.</summary>
public static class TypeNames
{
    /// <summary>Returns the name of a type without its namespace; its arguments in angle brackets, tuples in round ones.</summary>
    public static string Of(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!type.IsGenericType) return type.Name;
        var name = type.Name[..Math.Max(type.Name.IndexOf('`', StringComparison.Ordinal), 0)];
        var arguments = string.Join(", ", type.GetGenericArguments().Select(Of));
        return type.IsAssignableTo(typeof(System.Runtime.CompilerServices.ITuple)) ? $"({arguments})" : $"{name}<{arguments}>";
    }
}
