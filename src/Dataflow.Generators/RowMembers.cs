using Microsoft.CodeAnalysis;

namespace Dataflow.Generators;

/// <summary>Reads a parameter, property or field that rows of files show.</summary>
internal static class RowMembers
{
    private const string Annotations = "System.Diagnostics.CodeAnalysis.";
    private const string Ignored = "global::System.Text.Json.Serialization.JsonIgnoreCondition";

    public static bool IsPublic(IMethodSymbol? method) => method?.DeclaredAccessibility == Accessibility.Public;

    /// <summary>Whether generated code can do with it what reflection does.</summary>
    public static bool IsCommon(ISymbol member) => IsOfCommonType(TypeOf(member)) && !IsForbidden(member) && member switch
    {
        IParameterSymbol parameter => parameter.RefKind == RefKind.None,
        IPropertySymbol property => property.RefKind == RefKind.None && !(property.SetMethod is { IsInitOnly: true }
            && (property.IsVirtual || property.IsOverride || property.ContainingType.IsGenericType)),
        _ => true,
    };

    public static ITypeSymbol TypeOf(ISymbol member) => member switch
    {
        IParameterSymbol parameter => parameter.Type,
        IPropertySymbol property => property.Type,
        _ => ((IFieldSymbol)member).Type,
    };

    /// <summary>Whether all that a member says of JSON is known here.</summary>
    public static bool HasJson(ISymbol member) => RowReading.JsonOf(member).All(static found
        => found.Name is "JsonPropertyNameAttribute" or "JsonIgnoreAttribute" or "JsonPropertyOrderAttribute" or "JsonRequiredAttribute");

    public static RowParameterModel Parameter(IParameterSymbol parameter)
    {
        var type = TypeText.Of(parameter.Type);
        var constant = parameter.HasExplicitDefaultValue ? Constructors.Constant(parameter.Type, parameter.ExplicitDefaultValue) : null;
        return new RowParameterModel(
            parameter.Name, type, TakesNull(parameter, parameter.Type), constant == "default" ? "null" : constant);
    }

    /// <param name="member">A property or field.</param>
    /// <param name="isSet">Whether the constructor sets all members that are required.</param>
    public static RowPropertyModel Property(ISymbol member, bool isSet)
    {
        var property = member as IPropertySymbol;
        var field = member as IFieldSymbol;
        return new RowPropertyModel(
            member.Name, TypeText.Of(TypeOf(member)), TypeText.Of(member.ContainingType), field is not null,
            property is null || IsPublic(property.GetMethod), property is null ? !field!.IsReadOnly : IsPublic(property.SetMethod),
            property?.SetMethod?.IsInitOnly == true, string.Join(", ", Facts(member, isSet)));
    }

    private static IEnumerable<string> Facts(ISymbol member, bool isSet)
    {
        var type = TypeOf(member);
        if (member is IFieldSymbol) yield return "IsField = true";
        if (member is IFieldSymbol || IsStored(member)) yield return "IsState = true";
        if (GivesNull(member, type)) yield return "GivesNull = true";
        if (TakesNull(member, type)) yield return "TakesNull = true";
        var isRequired = member is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true };
        if ((isRequired && !isSet) || RowReading.Has(member, "System.Text.Json.Serialization.JsonRequiredAttribute"))
            yield return "IsRequired = true";
        foreach (var (name, data) in RowReading.JsonOf(member))
        {
            var given = data.ConstructorArguments.FirstOrDefault().Value;
            if (name == "JsonPropertyNameAttribute") yield return $"JsonName = {CodecText.Literal((string)given!)}";
            if (name == "JsonPropertyOrderAttribute") yield return $"JsonOrder = {given}";
            if (name == "JsonIgnoreAttribute") yield return $"JsonIgnored = ({Ignored})({Condition(data)})";
        }
    }

    // Always, unless it says another.
    private static object Condition(AttributeData ignored)
        => ignored.NamedArguments.FirstOrDefault(static argument => argument.Key == "Condition").Value.Value ?? 1;

    private static bool IsStored(ISymbol property)
        => property.ContainingType.GetMembers().OfType<IFieldSymbol>()
            .Any(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, property));

    private static bool TakesNull(ISymbol member, ITypeSymbol type)
        => MayBeNull(member, type, member is IPropertySymbol { SetMethod: null }, "DisallowNullAttribute", "AllowNullAttribute");

    private static bool GivesNull(ISymbol member, ITypeSymbol type)
        => MayBeNull(member, type, member is IPropertySymbol { GetMethod: null }, "NotNullAttribute", "MaybeNullAttribute");

    // Of a direction that there is not, nothing is known.
    private static bool MayBeNull(ISymbol member, ITypeSymbol type, bool isUnknown, string never, string maybe)
        => MayBeNull(type) && !RowReading.Has(member, Annotations + never)
            && (isUnknown || type.NullableAnnotation != NullableAnnotation.NotAnnotated || RowReading.Has(member, Annotations + maybe));

    private static bool MayBeNull(ITypeSymbol type)
        => !type.IsValueType || type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;

    private static bool IsOfCommonType(ITypeSymbol type)
        => TypeFaults.IsVisible(type) && type is not IDynamicTypeSymbol
            && type is IArrayTypeSymbol or INamedTypeSymbol { IsRefLikeType: false, TypeKind: not TypeKind.Error };

    // Code that names it would not compile.
    private static bool IsForbidden(ISymbol member) => member.GetAttributes().Any(static found
        => found.AttributeClass?.ToDisplayString() == "System.ObsoleteAttribute" && found.ConstructorArguments.Length == 2
            && found.ConstructorArguments[1].Value is true);
}
