using Microsoft.CodeAnalysis;

namespace Dataflow.Generators;

/// <summary>Names types as the engine's <c>TypeNames</c> does in plans and messages.</summary>
internal static class TypeNames
{
    public static string Of(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol array) return $"{array.ElementType.MetadataName}[{new string(',', array.Rank - 1)}]";
        if (type is not INamedTypeSymbol { Arity: > 0 } named) return type.MetadataName;
        var arguments = string.Join(", ", named.TypeArguments.Select(Of));
        return named.IsTupleType ? $"({arguments})" : $"{named.Name}<{arguments}>";
    }
}
