using Microsoft.CodeAnalysis;

namespace Dataflow.Generators;

/// <summary>Finds the types of .NET that members are made of and that have codecs of their own: collections, enums, what may be null. Made
/// known at compile time, they need no reflection.</summary>
internal static class MemberParts
{
    /// <summary>Returns the calls that make the parts of a type known, and itself.</summary>
    public static IEnumerable<string> Of(ITypeSymbol type)
    {
        var inner = type is IArrayTypeSymbol array ? [array.ElementType]
            : type is INamedTypeSymbol { IsGenericType: true } named ? (IEnumerable<ITypeSymbol>)named.TypeArguments : [];
        var parts = inner.SelectMany(Of);
        if (HoldsParameters(type)) return parts;
        if (type is INamedTypeSymbol { IsTupleType: true, TupleElements: { Length: 2 } two })
            return parts.Append($"Add(new Api::PairForm<{TypeText.Of(two[0].Type)}, {TypeText.Of(two[1].Type)}>())");
        return Codec(type) is { } codec ? parts.Append($"AddPart<{TypeText.Of(type)}>(Api::KnownCodecs.{codec})") : parts;
    }

    private static string? Codec(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol { IsSZArray: true } array => $"Array<{TypeText.Of(array.ElementType)}>",
        { TypeKind: TypeKind.Enum } => $"Enum<{TypeText.Of(type)}, {TypeText.Of(((INamedTypeSymbol)type).EnumUnderlyingType!)}>",
        INamedTypeSymbol { IsGenericType: true } named => OfGeneric(named),
        _ => null,
    };

    private static string? OfGeneric(INamedTypeSymbol type)
    {
        var arguments = string.Join(", ", type.TypeArguments.Select(TypeText.Of));
        if (type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T) return $"Nullable<{arguments}>";
        if (!MemberForms.IsKnown(type)) return null;
        if (type.TypeKind != TypeKind.Interface) return $"{type.Name}<{arguments}>";
        return $"{(type.TypeArguments.Length == 1 ? "Sequence" : "Map")}<{TypeText.Of(type)}, {arguments}>";
    }

    private static bool HoldsParameters(ITypeSymbol type) => type switch
    {
        ITypeParameterSymbol => true,
        IArrayTypeSymbol array => HoldsParameters(array.ElementType),
        INamedTypeSymbol named => TypeText.ArgumentsOf(named).Any(HoldsParameters),
        _ => false,
    };}
