using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Dataflow.Site.Reference;

/// <summary>The doc comments of the packages, with the parts that they inherit put in.</summary>
internal sealed class Comments(IReadOnlyDictionary<string, XElement> members)
{
    private static readonly XElement s_none = new("member");

    public XElement Of(ISymbol symbol) => Resolved(symbol.OriginalDefinition.GetDocumentationCommentId() ?? "", symbol);

    private XElement Resolved(string id, ISymbol? symbol)
    {
        var comment = members.GetValueOrDefault(id, s_none);
        var inherit = comment.Elements("inheritdoc").ToList();
        if (inherit.Count == 0) return comment;
        var own = comment.Elements().Except(inherit).ToList();
        var inherited = inherit.SelectMany(element => Inherited(element, symbol));
        return new XElement("member", own, inherited.Where(element => !own.Exists(mine => IsSame(mine, element))));
    }

    private IEnumerable<XElement> Inherited(XElement inherit, ISymbol? symbol)
    {
        var parent = symbol is null ? null : ParentOf(symbol);
        var source = inherit.Attribute("cref") is { } cref ? Resolved(cref.Value, null) : parent is not null ? Of(parent) : s_none;
        var only = inherit.Attribute("path")?.Value.TrimStart('/');
        return source.Elements().Where(element => only is null || element.Name == only);
    }

    /// <summary>Whether two elements say something about the same: a second summary, or a parameter of one name.</summary>
    private static bool IsSame(XElement one, XElement other)
        => one.Name == other.Name && one.Attribute("name")?.Value == other.Attribute("name")?.Value
        && one.Attribute("cref")?.Value == other.Attribute("cref")?.Value;

    private static ISymbol? ParentOf(ISymbol symbol) => symbol switch
    {
        IMethodSymbol { OverriddenMethod: { } method } => method,
        IPropertySymbol { OverriddenProperty: { } property } => property,
        INamedTypeSymbol type => type.BaseType is { SpecialType: SpecialType.None } parent ? parent : type.Interfaces.FirstOrDefault(),
        _ => symbol.ContainingType.AllInterfaces.SelectMany(static type => type.GetMembers())
            .FirstOrDefault(member => SymbolEqualityComparer.Default.Equals(
                symbol.ContainingType.FindImplementationForInterfaceMember(member), symbol)),
    };
}
