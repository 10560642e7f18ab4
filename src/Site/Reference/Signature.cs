using System.Text;
using Microsoft.CodeAnalysis;

namespace Dataflow.Site.Reference;

/// <summary>Declarations in C#, each type a link. An extension member stands behind its receiver, as it is called:
/// <c>stream.Where(…)</c>.</summary>
internal sealed class Signature(Links links)
{
    private const int MaxLine = 100;

    private const SymbolDisplayMiscellaneousOptions Words = SymbolDisplayMiscellaneousOptions.UseSpecialTypes
        | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier | SymbolDisplayMiscellaneousOptions.AllowDefaultLiteral;

    private static readonly SymbolDisplayFormat s_type = new(
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters,
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        miscellaneousOptions: Words);

    private static readonly SymbolDisplayFormat s_call = new(
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeVariance
            | SymbolDisplayGenericsOptions.IncludeTypeConstraints,
        memberOptions: SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeType
            | SymbolDisplayMemberOptions.IncludeRef | SymbolDisplayMemberOptions.IncludeConstantValue,
        parameterOptions: SymbolDisplayParameterOptions.IncludeName | SymbolDisplayParameterOptions.IncludeType
            | SymbolDisplayParameterOptions.IncludeDefaultValue | SymbolDisplayParameterOptions.IncludeParamsRefOut,
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        delegateStyle: SymbolDisplayDelegateStyle.NameAndSignature,
        miscellaneousOptions: Words);

    private static readonly SymbolDisplayFormat s_declaration = s_call.AddMemberOptions(
        SymbolDisplayMemberOptions.IncludeModifiers | SymbolDisplayMemberOptions.IncludeAccessibility);

    /// <summary>A type's name as plain text.</summary>
    public static string NameOf(INamedTypeSymbol type) => type.ToDisplayString(s_type);

    /// <summary>A type's name, with links.</summary>
    public string Of(ITypeSymbol type) => Written(type.ToDisplayParts(s_type), type, "", isWide: false);

    /// <summary>The declaration of a member, or of a type without its members.</summary>
    public string Of(ISymbol symbol) => symbol switch
    {
        INamedTypeSymbol type => $"public {WordsOf(type)} {Written(type.ToDisplayParts(s_declaration), type, "", isWide: false)}",
        _ => OfMember(symbol),
    };

    private string OfMember(ISymbol member)
    {
        var receiver = Catalog.ReceiverOf(member);
        var prefix = receiver is null ? "" : $"{(member.IsStatic ? receiver.Type.Name : receiver.Name)}.";
        var parts = member.ToDisplayParts(receiver is null ? s_declaration : s_call);
        return Written(parts, member, prefix, string.Concat(parts).Length + prefix.Length > MaxLine) + AccessorsOf(member);
    }

    /// <summary>The parts with links; where they are wide, with a line for each parameter.</summary>
    private string Written(IEnumerable<SymbolDisplayPart> parts, ISymbol member, string prefix, bool isWide)
    {
        var text = new StringBuilder();
        var (isBehindName, isInList, depth) = (false, false, 0);
        foreach (var part in parts)
        {
            var word = part.ToString();
            if (SymbolEqualityComparer.Default.Equals(part.Symbol, member))
            {
                text.Append(prefix);
                isBehindName = true;
            }

            if (word == " " && text.Length > 0 && text[^1] == ' ') continue; // after the break of a line
            text.Append(links.Link(word, part.Kind is SymbolDisplayPartKind.Keyword ? null : part.Symbol as INamedTypeSymbol));
            if (word is ")" or ">") depth--;
            isInList |= isBehindName && word == "(" && depth == 0;
            if (word is "(" or "<") depth++;
            if (isWide && isInList && depth == 1 && (word is "(" or ",")) text.Append("\n    ");
        }

        return text.ToString();
    }

    private static string AccessorsOf(ISymbol member)
        => member is not IPropertySymbol property ? ""
            : property.SetMethod is not { DeclaredAccessibility: Accessibility.Public or Accessibility.Protected } set ? " { get; }"
            : set.IsInitOnly ? " { get; init; }" : " { get; set; }";

    private static string WordsOf(INamedTypeSymbol type)
    {
        var kind = type is { IsRecord: true, IsReferenceType: true } ? "record" : type.TypeKind.ToString().ToLowerInvariant();
        var scope = type.TypeKind is not TypeKind.Class ? type is { IsReadOnly: true } ? "readonly " : ""
            : type.IsStatic ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "";
        return $"{scope}{(type is { IsRecord: true, IsValueType: true } ? "record " : "")}{(type.IsRefLikeType ? "ref " : "")}{kind}";
    }
}
