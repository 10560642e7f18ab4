using Microsoft.CodeAnalysis;

namespace Dataflow.Site.Reference;

/// <summary>The public types of the packages, each with the members that can be called on it, extension members among them.</summary>
internal sealed class Catalog
{
    private readonly ILookup<ISymbol, ISymbol> _extensions;

    public Catalog(IEnumerable<IAssemblySymbol> assemblies)
    {
        var types = assemblies.SelectMany(static assembly => TypesOf(assembly.GlobalNamespace)).ToList();
        _extensions = types.SelectMany(static type => type.GetTypeMembers()).Where(static block => block.IsExtension)
            .SelectMany(static block => block.GetMembers().Where(IsOffered))
            .ToLookup(static member => (ISymbol)ReceiverOf(member)!.Type.OriginalDefinition, SymbolEqualityComparer.Default);
        Types = [.. types.Where(static type => !IsHolder(type)).OrderBy(Signature.NameOf, StringComparer.Ordinal)];
    }

    /// <summary>The types with a page, by name. Classes that only hold extension members have none.</summary>
    public IReadOnlyList<INamedTypeSymbol> Types { get; }

    /// <summary>The type's own members and the extension members whose receiver it is.</summary>
    public IEnumerable<ISymbol> MembersOf(INamedTypeSymbol type) => OwnMembers(type).Concat(_extensions[type]);

    /// <summary>The members that a type has from other types of the packages.</summary>
    public IEnumerable<ISymbol> InheritedBy(INamedTypeSymbol type)
        => from parent in Parents(type).Select(static parent => parent.OriginalDefinition)
           where Types.Contains(parent, SymbolEqualityComparer.Default)
           from member in MembersOf(parent)
           where member is not IMethodSymbol { MethodKind: MethodKind.Constructor } && !member.IsOverride
           select member;

    /// <summary>The receiver of an extension member, or null.</summary>
    public static IParameterSymbol? ReceiverOf(ISymbol member) => member.ContainingType?.ExtensionParameter;

    private static IEnumerable<INamedTypeSymbol> TypesOf(INamespaceOrTypeSymbol parent)
        => parent.GetMembers().OfType<INamespaceOrTypeSymbol>()
            .Where(static child => child is INamespaceSymbol || (IsVisible(child) && child is not INamedTypeSymbol { IsExtension: true }))
            .SelectMany(static child => child is INamedTypeSymbol type ? TypesOf(type).Prepend(type) : TypesOf(child));

    private static IEnumerable<INamedTypeSymbol> Parents(INamedTypeSymbol type)
    {
        for (var parent = type.BaseType; parent is not null; parent = parent.BaseType) yield return parent;
        foreach (var parent in type.AllInterfaces) yield return parent;
    }

    private static bool IsHolder(INamedTypeSymbol type)
        => type.GetTypeMembers().Any(static block => block.IsExtension) && !OwnMembers(type).Any();

    private static IEnumerable<ISymbol> OwnMembers(INamedTypeSymbol type)
    {
        var bodies = type.GetTypeMembers().Where(static block => block.IsExtension).SelectMany(static block => block.GetMembers())
            .OfType<IMethodSymbol>().Select(static method => method.AssociatedExtensionImplementation?.OriginalDefinition)
            .ToHashSet<ISymbol?>(SymbolEqualityComparer.Default);
        return type.TypeKind is TypeKind.Delegate ? [] : type.GetMembers().Where(member => IsOffered(member) && !bodies.Contains(member));
    }

    private static bool IsOffered(ISymbol member)
        => IsVisible(member) && member switch
        {
            INamedTypeSymbol => false, // has a page of its own
            IMethodSymbol method => IsWritten(method),
            IFieldSymbol field => field.Name != "value__",
            _ => true,
        } && !member.GetAttributes().Any(static attribute => attribute.AttributeClass?.Name is "CompilerGeneratedAttribute");

    /// <summary>Whether a method is something of its own: no accessor, and no <c>ToString</c> or <c>Equals</c> that all objects have.
    /// </summary>
    private static bool IsWritten(IMethodSymbol method) => method.MethodKind switch
    {
        MethodKind.Ordinary => RootOf(method).ContainingType.SpecialType is not (SpecialType.System_Object or SpecialType.System_ValueType),
        MethodKind.Constructor => method.Parameters.Length > 0 || method.ContainingType is { IsValueType: false, IsAbstract: false },
        MethodKind.UserDefinedOperator or MethodKind.Conversion => true,
        _ => false,
    };

    private static IMethodSymbol RootOf(IMethodSymbol method) => method.OverriddenMethod is { } parent ? RootOf(parent) : method;

    private static bool IsVisible(ISymbol symbol)
        => symbol.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected or Accessibility.ProtectedOrInternal
        && !symbol.Name.Contains('<', StringComparison.Ordinal);
}
