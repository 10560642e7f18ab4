using Microsoft.CodeAnalysis;

namespace Dataflow.Generators;

/// <summary>The types that a codec writes itself: by the names of the writer's methods.</summary>
internal static class Scalars
{
    /// <summary>Returns what the type is written as, without the enum or the null that it may be; null if it has a codec of its
    /// own.</summary>
    public static (string? Scalar, bool IsEnum, bool IsNullable) Of(ITypeSymbol type)
    {
        var isNullable = type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;
        var plain = isNullable ? ((INamedTypeSymbol)type).TypeArguments[0] : type;
        var isEnum = plain.TypeKind == TypeKind.Enum;
        var scalar = Name(isEnum ? ((INamedTypeSymbol)plain).EnumUnderlyingType! : plain);
        return scalar is null || (isNullable && scalar == "String") ? (null, false, false) : (scalar, isEnum, isNullable);
    }

    private static bool IsIn(ITypeSymbol type, string space)
        => type.ContainingType is null && type.ContainingNamespace is { ContainingNamespace.IsGlobalNamespace: true } of
            && of.Name == space;

    private static string? Name(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_Boolean => "Boolean",
        SpecialType.System_Char => "Char",
        SpecialType.System_SByte => "SByte",
        SpecialType.System_Byte => "Byte",
        SpecialType.System_Int16 => "Int16",
        SpecialType.System_UInt16 => "UInt16",
        SpecialType.System_Int32 => "Int32",
        SpecialType.System_UInt32 => "UInt32",
        SpecialType.System_Int64 => "Int64",
        SpecialType.System_UInt64 => "UInt64",
        SpecialType.System_Single => "Single",
        SpecialType.System_Double => "Double",
        SpecialType.System_Decimal => "Decimal",
        SpecialType.System_String => "String",
        SpecialType.System_DateTime => "DateTime",
        _ => (type.Name is "TimeSpan" or "Guid" && IsIn(type, "System")) || (type.Name is "Utf8" && IsIn(type, "Dataflow"))
            ? type.Name : null,
    };
}
