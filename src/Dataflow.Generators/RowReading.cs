using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Dataflow.Generators;

/// <summary>Reads what rows of files show of a type, by the rules of <c>RowShape</c> and of System.Text.Json. Types that are out of the
/// common are left to reflection.</summary>
internal static class RowReading
{
    private const string Json = "System.Text.Json.Serialization";

    /// <summary>Returns the model, null if reflection is to find it, and the types of its members.</summary>
    public static (RowModel? Model, IEnumerable<ITypeSymbol> Types) Of(INamedTypeSymbol type)
    {
        var members = Members(type);
        if (type.IsGenericType || !members.TrueForAll(RowMembers.IsCommon) || HasTwins(members)) return (null, []);
        var constructors = type.InstanceConstructors.Where(made
            => made.DeclaredAccessibility == Accessibility.Public && !(type.IsValueType && made.IsImplicitlyDeclared)).ToList();
        if (!TryChoose(type, constructors, out var chosen)) return (null, []);
        var parameters = chosen?.Parameters ?? [];
        if (!parameters.All(RowMembers.IsCommon)) return (null, []);
        var isSet = chosen is not null && Has(chosen, "System.Diagnostics.CodeAnalysis.SetsRequiredMembersAttribute");
        var model = new RowModel(
            HasJson(type, members, constructors), chosen is not null,
            new(parameters.Select(RowMembers.Parameter).ToImmutableArray()),
            new(members.Select(member => RowMembers.Property(member, isSet)).ToImmutableArray()));
        return parameters.IsEmpty && model.Properties.All(static property => !property.IsSettable)
            ? (null, []) : (model, members.Select(RowMembers.TypeOf));
    }

    /// <summary>Whether something has an attribute of a name.</summary>
    public static bool Has(ISymbol symbol, string attribute)
        => symbol.GetAttributes().Any(found => found.AttributeClass?.ToDisplayString() == attribute);

    /// <summary>Returns the attributes of System.Text.Json, by their names.</summary>
    public static IEnumerable<(string Name, AttributeData Data)> JsonOf(ISymbol symbol)
        => symbol.GetAttributes().Where(static found => found.AttributeClass?.ContainingNamespace?.ToDisplayString() == Json)
            .Select(static found => (found.AttributeClass!.Name, found));

    private static List<ISymbol> Members(INamedTypeSymbol type)
    {
        var members = new List<ISymbol>();
        for (var at = type; at is not null && !Field.IsRoot(at); at = at.BaseType)
        {
            var all = at.GetMembers().Where(static member => !member.IsStatic).ToList();
            members.AddRange(all.OfType<IPropertySymbol>().Where(static property => property.Parameters.IsEmpty
                && (RowMembers.IsPublic(property.GetMethod) || RowMembers.IsPublic(property.SetMethod))));
            members.AddRange(all.OfType<IFieldSymbol>().Where(static field
                => field.DeclaredAccessibility == Accessibility.Public && !field.IsConst));
        }

        return members;
    }

    private static bool HasTwins(List<ISymbol> members)
        => members.GroupBy(static member => member.Name, StringComparer.OrdinalIgnoreCase).Any(static same => same.Count() > 1);

    // The only public one, a record's copy constructor aside; one without parameters before others.
    private static bool TryChoose(INamedTypeSymbol type, List<IMethodSymbol> all, out IMethodSymbol? chosen)
    {
        var some = all.FindAll(made => !IsCopy(type, made));
        chosen = some.Find(static made => made.Parameters.IsEmpty) ?? some.FirstOrDefault();
        return some.Count == 1 || (some.Count == 0 ? type.IsValueType : chosen!.Parameters.IsEmpty);
    }

    private static bool IsCopy(INamedTypeSymbol type, IMethodSymbol made)
        => made.Parameters.Length == 1 && SymbolEqualityComparer.Default.Equals(made.Parameters[0].Type, type);

    private static bool HasJson(INamedTypeSymbol type, List<ISymbol> members, List<IMethodSymbol> constructors)
        => !JsonOf(type).Any() && members.TrueForAll(RowMembers.HasJson)
            && !type.InstanceConstructors.Any(static made => JsonOf(made).Any())
            && !type.GetMembers().Any(static member => JsonOf(member).Any(static found => found.Name == "JsonIncludeAttribute"))
            && (type.IsValueType || constructors.Count == 1 || constructors.Exists(static made => made.Parameters.IsEmpty));
}
