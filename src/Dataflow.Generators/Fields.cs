using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Dataflow.Generators;

/// <summary>A field of a record, and the property that exposes it.</summary>
internal sealed class Field(IFieldSymbol symbol, IPropertySymbol? shown, int level)
{
    public IFieldSymbol Symbol => symbol;

    public IPropertySymbol? Shown => shown;

    /// <summary>The number of types between the record and the declaring type.</summary>
    public int Level => level;

    /// <summary>The name without the compiler's marks.</summary>
    public string Plain => symbol.AssociatedSymbol?.Name ?? symbol.Name;

    /// <summary>The plain name as part of an identifier: that of <c>IHas.Name</c>, which belongs to an interface, is none.</summary>
    public string Identifier
        => string.Concat(Plain.Select(static letter => SyntaxFacts.IsIdentifierPartCharacter(letter) ? $"{letter}" : $"_{(int)letter:X}_"));

    /// <summary>The name as the compiler writes it.</summary>
    public string Name => symbol.AssociatedSymbol is IPropertySymbol property ? $"<{property.Name}>k__BackingField" : symbol.Name;

    /// <summary>The place of errors about it.</summary>
    public Location? Location => (shown ?? (ISymbol)symbol).Locations.FirstOrDefault();

    /// <summary>Whether the type leaves it out.</summary>
    public bool IsIgnored
        => Attribute("System.NonSerializedAttribute") is not null || Attribute("MessagePack.IgnoreMemberAttribute") is not null
            || Attribute("System.Runtime.Serialization.IgnoreDataMemberAttribute") is not null;

    /// <summary>Whether equal texts are to be one string.</summary>
    public bool IsInterned => Attribute("Dataflow.InternedAttribute") is not null;

    /// <summary>The place that it declares; null: none.</summary>
    public int? Place => KeyValue as int?;

    /// <summary>The name in the bytes.</summary>
    public string Label
        => KeyValue as string ?? Attribute("System.Runtime.Serialization.DataMemberAttribute")?.NamedArguments
            .FirstOrDefault(static argument => argument.Key == "Name").Value.Value as string ?? shown?.MetadataName ?? Plain;

    private object? KeyValue => Attribute("MessagePack.KeyAttribute")?.ConstructorArguments.FirstOrDefault().Value;

    /// <summary>Returns the fields of a type, those of its base types first, as reflection finds them.</summary>
    public static List<Field> Of(INamedTypeSymbol type)
    {
        var fields = new List<Field>();
        var level = 0;
        for (var at = type; at is not null && !IsRoot(at); at = at.BaseType, level++)
        {
            var all = at.GetMembers();
            var properties = all.OfType<IPropertySymbol>().Where(static property => !property.IsStatic).ToList();
            fields.InsertRange(0, all.OfType<IFieldSymbol>().Where(static field => !field.IsStatic && !field.IsConst)
                .Select(field => new Field(field, ShownBy(field, properties), level)));
        }

        return fields;
    }

    public static bool IsRoot(INamedTypeSymbol type) => type.SpecialType is SpecialType.System_Object or SpecialType.System_ValueType;

    // The compiler's own field, or one of the property's name and type.
    private static IPropertySymbol? ShownBy(IFieldSymbol field, List<IPropertySymbol> properties)
    {
        if (field.AssociatedSymbol is IPropertySymbol own) return own;
        if (field.DeclaredAccessibility == Accessibility.Public || field.IsImplicitlyDeclared) return null;
        var name = field.Name.TrimStart('_');
        return properties.Find(property
            => TypeText.AreSame(property.Type, field.Type) && property.MetadataName.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    // An overriding property has what the overridden one has.
    private AttributeData? Attribute(string name)
    {
        if (Find(symbol) is { } own) return own;
        for (var at = shown; at is not null; at = at.OverriddenProperty)
        {
            if (Find(at) is { } found) return found;
        }

        return null;

        AttributeData? Find(ISymbol of) => of.GetAttributes().FirstOrDefault(found => found.AttributeClass?.ToDisplayString() == name);
    }
}
