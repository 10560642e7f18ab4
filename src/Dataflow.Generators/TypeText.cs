using Microsoft.CodeAnalysis;

namespace Dataflow.Generators;

/// <summary>Types as text of C#.</summary>
internal static class TypeText
{
    private static readonly SymbolDisplayFormat Constraints = SymbolDisplayFormat.FullyQualifiedFormat
        .WithGenericsOptions(SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeTypeConstraints);

    /// <summary>Returns a type in full, without what says whether references may be null.</summary>
    public static string Of(ITypeSymbol type)
        => type is IDynamicTypeSymbol ? "object" : type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    /// <summary>Returns the name of a type, with its namespace and those it is declared in, as part of an identifier.</summary>
    public static string Identifier(INamedTypeSymbol type)
    {
        var outer = type.ContainingType is { } containing ? Identifier(containing) + "_"
            : type.ContainingNamespace is { IsGlobalNamespace: false } space ? Escape(space.ToDisplayString()) + "_" : "";
        return outer + Escape(type.Name) + (type.Arity > 0 ? $"_{type.Arity}" : "");
    }

    /// <summary>Returns the parameters of a type and of those that it is declared in.</summary>
    public static IEnumerable<ITypeParameterSymbol> ParametersOf(INamedTypeSymbol type)
        => (type.ContainingType is { } outer ? ParametersOf(outer) : []).Concat(type.TypeParameters);

    /// <summary>Returns the arguments of a type and of those that it is declared in.</summary>
    public static IEnumerable<ITypeSymbol> ArgumentsOf(INamedTypeSymbol type)
        => (type.ContainingType is { } outer ? ArgumentsOf(outer) : []).Concat(type.TypeArguments);

    public static string InBrackets(IEnumerable<string> names)
        => string.Join(", ", names) is { Length: > 0 } all ? $"<{all}>" : "";

    /// <summary>Returns the constraints of a type's parameters.</summary>
    public static string ConstraintsOf(INamedTypeSymbol type)
    {
        var all = type.ContainingType is { } outer ? ConstraintsOf(outer) : "";
        var text = type.ToDisplayString(Constraints);
        return text.IndexOf(" where ", StringComparison.Ordinal) is >= 0 and var at ? all + text.Substring(at) : all;
    }

    /// <summary>Returns a generic type without its arguments, as <c>typeof</c> takes it.</summary>
    public static string Unbound(INamedTypeSymbol type)
    {
        var outer = type.ContainingType is { } containing ? Unbound(containing) + "."
            : type.ContainingNamespace is { IsGlobalNamespace: false } space
                ? $"{space.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)}." : "global::";
        return $"{outer}@{type.Name}{(type.Arity > 0 ? $"<{new string(',', type.Arity - 1)}>" : "")}";
    }

    /// <summary>Whether two types are one at run time, where elements of tuples have no names.</summary>
    public static bool AreSame(ITypeSymbol left, ITypeSymbol right)
    {
        if (left is IArrayTypeSymbol a && right is IArrayTypeSymbol b) return a.Rank == b.Rank && AreSame(a.ElementType, b.ElementType);
        if (left is INamedTypeSymbol { IsGenericType: true } of && right is INamedTypeSymbol { IsGenericType: true } other)
        {
            return SymbolEqualityComparer.Default.Equals(of.OriginalDefinition, other.OriginalDefinition)
                && ArgumentsOf(of).Zip(ArgumentsOf(other), AreSame).All(static same => same);
        }

        return SymbolEqualityComparer.Default.Equals(left, right);
    }

    // Dots become low lines, and low lines get a zero, with which neither a name nor a count begins: so no two names become one.
    private static string Escape(string name) => name.Replace("_", "_0").Replace('.', '_').Replace("@", "");
}
