using Microsoft.CodeAnalysis;

namespace Dataflow.Generators;

/// <summary>Finds why a type can have no codec.</summary>
public static class TypeFaults
{
    private const string OnSerializing = "System.Runtime.Serialization.OnSerializingAttribute";

    internal static IEnumerable<Fault> Of(INamedTypeSymbol type, Compilation compilation)
    {
        var name = type.Name;
        var place = type.Locations.FirstOrDefault();
        if (NoValues(type) is { } reason) yield return new Fault(Rules.NoValues, place, name, reason);
        if (!IsVisible(type)) yield return new Fault(Rules.Hidden, place, name);
        for (var above = type.BaseType; above is not null && !Field.IsRoot(above); above = above.BaseType)
        {
            if (!SymbolEqualityComparer.Default.Equals(above.ContainingAssembly, compilation.Assembly))
                yield return new Fault(Rules.ForeignBase, place, name, above.Name);
            else if (!IsVisible(above)) yield return new Fault(Rules.Hidden, place, above.Name);
        }

        foreach (var parameter in CapturedParameters.Of(type, compilation))
            yield return new Fault(Rules.Captured, parameter.Locations.FirstOrDefault(), name, parameter.Name);
    }

    /// <summary>Whether all code of the project may name a type.</summary>
    public static bool IsVisible(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => IsVisible(array.ElementType),
        INamedTypeSymbol named => !named.IsFileLocal
            && named.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal
            && (named.ContainingType is null || IsVisible(named.ContainingType)) && named.TypeArguments.All(IsVisible),
        _ => true,
    };

    private static string? NoValues(INamedTypeSymbol type)
    {
        if (type.IsStatic) return "is static and has no values. Remove [DataflowRecord].";
        if (type.IsRefLikeType) return "is a place in memory, which means nothing after a restart. Remove [DataflowRecord].";
        if (type.IsAbstract)
        {
            return "is abstract, which does not say what a value holds. Put [DataflowRecord] on the types that derive from it, and name "
                + "those with [Union] or Serde.Polymorphic.";
        }

        if (Has(type, "MessagePack.MessagePackFormatterAttribute"))
            return "has a formatter of its own ([MessagePackFormatter]). Remove one of the two attributes.";
        if (Has(type, "MessagePack.UnionAttribute"))
            return "is written as one of its [Union] types. Put [DataflowRecord] on those.";
        return type.GetMembers().OfType<IMethodSymbol>().Any(static method => Has(method, OnSerializing))
            ? "has fields that are filled in only while .NET serializes it ([OnSerializing]). Remove [DataflowRecord]." : null;
    }

    private static bool Has(ISymbol symbol, string attribute)
        => symbol.GetAttributes().Any(found => found.AttributeClass?.ToDisplayString() == attribute);
}
