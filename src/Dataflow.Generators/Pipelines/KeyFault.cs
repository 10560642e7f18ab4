using Dataflow.Serialization;
using Microsoft.CodeAnalysis;

namespace Dataflow.Generators;

/// <summary>Finds why a type is no key, by the rules of the engine's <c>KeyForm</c> and in its words. What it cannot see, it leaves to the
/// plan.</summary>
internal static class KeyFault
{
    public static string? Of(ITypeSymbol type) => Look(type, "", new(SymbolEqualityComparer.Default));

    /// <summary>Returns the fault of a key that can change after the engine has it; null if there is none to be seen.</summary>
    public static string? OfChanges(ITypeSymbol type)
    {
        for (var at = type as INamedTypeSymbol; at is { TypeKind: TypeKind.Class } && !IsOfDotNet(at); at = at.BaseType)
        {
            if (at.GetMembers().FirstOrDefault(CanBeSet) is { } member)
            {
                return $"'{member.Name}' can be set, and a key that has changed is not found any more where its state is kept. Make it "
                    + "'init', or give KeyBy a string, a number or a record of them.";
            }
        }

        return null;
    }

    private static bool CanBeSet(ISymbol member) => !member.IsStatic && member switch
    {
        IPropertySymbol { SetMethod: { IsInitOnly: false, DeclaredAccessibility: not Accessibility.Private } } => true,
        IFieldSymbol { IsReadOnly: false, IsConst: false, IsImplicitlyDeclared: false } field
            => field.DeclaredAccessibility is not Accessibility.Private,
        _ => false,
    };

    private static string? Look(ITypeSymbol type, string path, HashSet<ITypeSymbol> above)
    {
        if (type.TypeKind is TypeKind.TypeParameter or TypeKind.Error or TypeKind.Dynamic or TypeKind.Enum) return null;
        if (type.SpecialType == SpecialType.System_String) return null;
        var what = path.Length == 0 ? "" : KeyFaults.Member(path, TypeNames.Of(type));
        if (type is not INamedTypeSymbol named || (!IsMemberwise(named) && IsSequence(named))) return what + KeyFaults.IsCollection;
        if (named.SpecialType == SpecialType.System_Object || named.IsAbstract) return what + KeyFaults.IsUnknown;
        if (!IsMemberwise(named)) return IsByReference(named) ? what + KeyFaults.IsByReference : null;
        if (!above.Add(named)) return what + KeyFaults.HoldsItself;
        var fault = PartsOf(named).Select(part => Look(part.Type, path.Length == 0 ? part.Name : $"{path}.{part.Name}", above))
            .FirstOrDefault(static found => found is not null);
        above.Remove(named);
        return fault;
    }

    private static bool IsSequence(INamedTypeSymbol type)
        => type.SpecialType == SpecialType.System_Collections_IEnumerable
            || type.AllInterfaces.Any(static found => found.SpecialType == SpecialType.System_Collections_IEnumerable);

    private static bool IsByReference(INamedTypeSymbol type)
    {
        if (type.TypeKind != TypeKind.Class) return false;
        for (var at = type; at is not null && at.SpecialType != SpecialType.System_Object; at = at.BaseType)
        {
            if (Equality(at).Any(static method => method.IsOverride)) return false;
        }

        return true;
    }

    private static IEnumerable<(string Name, ITypeSymbol Type)> PartsOf(INamedTypeSymbol type)
    {
        if (IsNullable(type)) return [("Value", type.TypeArguments[0])];
        if (type.IsTupleType) return type.TupleElements.Select(static (part, at) => ($"Item{at + 1}", part.Type));
        if (type.IsAnonymousType) return type.GetMembers().OfType<IPropertySymbol>().Select(static part => (part.Name, part.Type));
        return Field.Of(type).Select(static field => (field.Plain, field.Symbol.Type));
    }

    /// <summary>Whether two values are equal exactly if all their fields are. Only of what is in source can all fields be seen.</summary>
    public static bool IsMemberwise(INamedTypeSymbol type)
    {
        if (IsNullable(type) || type.IsTupleType || type.IsAnonymousType) return true;
        if (type.DeclaringSyntaxReferences.IsEmpty || type.TypeKind is not (TypeKind.Class or TypeKind.Struct)) return false;
        if (Equality(type).Any(static method => !method.IsImplicitlyDeclared)) return false;
        if (type.IsValueType) return true;
        return type.IsRecord && (type.BaseType is null or { SpecialType: SpecialType.System_Object } || IsMemberwise(type.BaseType));
    }

    private static bool IsNullable(INamedTypeSymbol type) => type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;

    private static IEnumerable<IMethodSymbol> Equality(INamedTypeSymbol type)
        => type.GetMembers(nameof(Equals)).OfType<IMethodSymbol>().Where(method => method is { IsStatic: false, Parameters.Length: 1 }
            && (method.IsOverride || SymbolEqualityComparer.Default.Equals(method.Parameters[0].Type, type)));

    private static bool IsOfDotNet(INamedTypeSymbol type)
        => type.ContainingAssembly?.Name is not { } assembly || assembly is "System" or "netstandard" or "mscorlib"
            || assembly.StartsWith("System.", StringComparison.Ordinal);
}
