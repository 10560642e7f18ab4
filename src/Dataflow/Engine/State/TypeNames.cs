namespace Dataflow.State;

/// <summary>Type names as the user wrote them, for plans and signatures: <c>Keyed&lt;String, Flight&gt;</c>.</summary>
internal static class TypeNames
{
    public static string Of(Type type)
    {
        if (!type.IsGenericType) return type.Name;
        var name = type.Name[..Math.Max(type.Name.IndexOf('`', StringComparison.Ordinal), 0)];
        var arguments = string.Join(", ", type.GetGenericArguments().Select(Of));
        return type.IsAssignableTo(typeof(System.Runtime.CompilerServices.ITuple)) ? $"({arguments})" : $"{name}<{arguments}>";
    }
}
