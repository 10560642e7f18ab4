using System.Text.RegularExpressions;
using Dataflow.Serialization;

namespace Dataflow.Extensibility;

/// <summary>Names types for plans, messages and signatures of state: <c>Keyed&lt;String, Flight&gt;</c>.</summary>
public static partial class TypeNames
{
    private const string BehindNamespace = "::";

    /// <summary>Returns the name of a type without its namespace; its arguments in angle brackets, tuples in round ones.</summary>
    public static string Of(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return Of(type, Of, "");
    }

    /// <summary>Returns the name with the namespace and the declaring types, <c>Shop.Orders::Cart.Line</c>: that of the form in which
    /// values are kept. Types of .NET and of Dataflow have neither.</summary>
    internal static string Full(Type type)
    {
        if (type == typeof(Utf8)) return Full(typeof(string)); // which has the same bytes
        if (type.IsArray) return $"{Full(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        var isOwn = !KnownTypes.IsOfDotNet(type) && type.Assembly != typeof(TypeNames).Assembly;
        var outer = isOwn && type.DeclaringType is { } declaring ? Full(declaring).Split('<')[0] + "." : "";
        return Of(type, Full, isOwn && outer.Length == 0 && type.Namespace is { } space ? space + BehindNamespace : outer);
    }

    /// <summary>Returns a text with the names of <see cref="Full"/> without their namespaces.</summary>
    internal static string WithoutNamespaces(string text) => Namespaces.Replace(text, "");

    [GeneratedRegex($"[\\w.]+{BehindNamespace}")]
    private static partial Regex Namespaces { get; }

    private static string Of(Type type, Func<Type, string> nameOf, string before)
    {
        if (!type.IsGenericType) return before + type.Name;
        var name = type.Name.Split('`')[0];
        var arguments = string.Join(", ", type.GetGenericArguments().Select(nameOf));
        return type.IsAssignableTo(typeof(System.Runtime.CompilerServices.ITuple)) ? $"({arguments})" : $"{before}{name}<{arguments}>";
    }
}
