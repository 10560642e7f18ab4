using System.Collections.Immutable;
using System.Net;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Dataflow.Site.Reference;

/// <summary>The page of a type: what it is, and each member that can be called on it.</summary>
internal sealed class TypePage(Packages packages, Links links)
{
    private static readonly string[] s_headings = ["Constructors", "Values", "Fields", "Properties", "Methods", "Operators", "Events"];

    /// <summary>Shows a member as its name alone, and an operator as it is written.</summary>
    private static readonly SymbolDisplayFormat s_name = new();

    private readonly Signature _signature = new(links);
    private readonly Prose _prose = new(links);

    public string Of(INamedTypeSymbol type)
    {
        var sections = packages.Catalog.MembersOf(type).GroupBy(HeadingOf)
            .OrderBy(static section => Array.IndexOf(s_headings, section.Key));
        var blocks = Head(type).Concat(sections.SelectMany(Section)).Concat(Inherited(type));
        return string.Join("\n\n", blocks.Prepend($"# {WebUtility.HtmlEncode(Signature.NameOf(type))}")) + "\n";
    }

    private IEnumerable<string> Head(INamedTypeSymbol type)
    {
        var space = type.ContainingNamespace;
        var parents = type.BaseType is { SpecialType: SpecialType.None } parent ? [parent] : Array.Empty<INamedTypeSymbol>();
        return Description(type).Prepend(
            $"<p>In namespace <a href=\"{space}.md\">{space}</a>, package <code>{type.ContainingAssembly.Name}</code>."
            + $"{Parents("Inherits", parents)}{Parents("Implements", type.Interfaces.Where(IsToShow))}</p>");
    }

    private string Parents(string word, IEnumerable<INamedTypeSymbol> types)
        => string.Join(", ", types.Select(type => $"<code>{_signature.Of((ITypeSymbol)type)}</code>")) is { Length: > 0 } names
            ? $" {word} {names}." : "";

    private IEnumerable<string> Section(IGrouping<string, ISymbol> members)
    {
        yield return $"## {members.Key}";
        var inOrder = members.Key == "Values" ? members.AsEnumerable()
            : members.OrderBy(static member => member.Name, StringComparer.Ordinal);
        foreach (var overloads in inOrder.GroupBy(Links.AnchorOf))
        {
            yield return $"<h3 id=\"{overloads.Key}\">{NameOf(overloads.First())}</h3>";
            foreach (var block in overloads.SelectMany(Description)) yield return block;
        }
    }

    private IEnumerable<string> Description(ISymbol symbol)
    {
        var comment = CommentOf(symbol);
        return
        [
            $"<pre class=\"declaration\"><code class=\"nohighlight\">{_signature.Of(symbol)}</code></pre>",
            .. _prose.Blocks(comment.Element("summary") ?? OfPrimaryConstructor(symbol)),
            .. Origin(symbol),
            .. Terms("Type parameters", comment.Elements("typeparam").Select(element => Term(element.Attribute("name")!.Value, element))),
            .. Parameters(symbol, comment),
            .. Part("Returns", comment.Element("returns")),
            .. Errors(comment),
            .. Part("Remarks", comment.Element("remarks")),
            .. Part("Example", comment.Element("example")),
        ];
    }

    /// <summary>The comment of a type or member. To a primary constructor the compiler gives the whole comment of its type, of which the
    /// parameters are left.</summary>
    private XElement CommentOf(ISymbol symbol)
    {
        var comment = packages.Comments.Of(symbol);
        return symbol is IMethodSymbol { MethodKind: MethodKind.Constructor }
            && comment.Element("summary")?.Value == packages.Comments.Of(symbol.ContainingType).Element("summary")?.Value
                ? new XElement("member", comment.Elements("param")) : comment;
    }

    /// <summary>A property of a record has its words in the comment of the type.</summary>
    private XElement? OfPrimaryConstructor(ISymbol symbol)
        => symbol is not IPropertySymbol ? null : packages.Comments.Of(symbol.ContainingType).Elements("param")
            .FirstOrDefault(param => param.Attribute("name")?.Value == symbol.Name);

    /// <summary>Names the class of an extension member: its namespace must be in a <c>using</c>, and F# calls it there.</summary>
    private IEnumerable<string> Origin(ISymbol member)
    {
        if (Catalog.ReceiverOf(member) is not { } receiver) yield break;
        var subject = member.IsStatic ? "" : $" on <code>{_signature.Of(receiver.Type)} {receiver.Name}</code>";
        var holder = member.ContainingType.ContainingType.ToDisplayString();
        yield return $"<p class=\"origin\">Extension member{subject}, from <code>{holder}</code>.</p>";
    }

    private IEnumerable<string> Parameters(ISymbol symbol, XElement comment)
        => Terms("Parameters", from parameter in ParametersOf(symbol)
                               from element in comment.Elements("param")
                               where element.Attribute("name")!.Value == parameter.Name
                               select Term($"{parameter.Name} {_signature.Of(parameter.Type)}", element));

    private IEnumerable<string> Errors(XElement comment)
        => Terms("Errors", from error in comment.Elements("exception")
                           let id = error.Attribute("cref")!.Value
                           select Term(links.Link(id.Split('.')[^1], id), error));

    private string Term(string code, XElement description) => $"<dt><code>{code}</code></dt><dd>{_prose.Inline(description)}</dd>";

    private static IEnumerable<string> Terms(string heading, IEnumerable<string> terms)
        => string.Concat(terms) is { Length: > 0 } list ? [$"<h4>{heading}</h4><dl>{list}</dl>"] : [];

    private IEnumerable<string> Part(string heading, XElement? element)
        => element is null ? [] : _prose.Blocks(element).Prepend($"<h4>{heading}</h4>");

    private IEnumerable<string> Inherited(INamedTypeSymbol type)
    {
        var own = packages.Catalog.MembersOf(type).Select(static member => member.Name).ToHashSet(StringComparer.Ordinal);
        var members = packages.Catalog.InheritedBy(type).Where(member => !own.Contains(member.Name))
            .OrderBy(static member => member.Name, StringComparer.Ordinal)
            .Select(member => $"<code>{links.Link(member.Name, member)}</code>").Distinct();
        return string.Join(", ", members) is { Length: > 0 } list ? ["## Inherited", $"<p>{list}</p>"] : [];
    }

    /// <summary>The parameters of a method or delegate. Those of a record's type are shown at its constructor.</summary>
    private static ImmutableArray<IParameterSymbol> ParametersOf(ISymbol symbol) => symbol switch
    {
        IMethodSymbol method => method.Parameters,
        IPropertySymbol property => property.Parameters,
        INamedTypeSymbol { DelegateInvokeMethod: { } invoke } => invoke.Parameters,
        _ => [],
    };

    /// <summary>Whether an interface says something: each record has an <c>IEquatable</c> of itself.</summary>
    private static bool IsToShow(INamedTypeSymbol parent)
        => parent.DeclaredAccessibility is Accessibility.Public && parent.Name is not "IEquatable";

    private static string NameOf(ISymbol member) => member switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } => $"new {member.ContainingType.Name}",
        IPropertySymbol { IsIndexer: true } => "Indexer",
        _ => WebUtility.HtmlEncode(member.ToDisplayString(s_name)),
    };

    private static string HeadingOf(ISymbol member) => member switch
    {
        IMethodSymbol { MethodKind: MethodKind.Constructor } => "Constructors",
        IMethodSymbol { MethodKind: MethodKind.Ordinary } => "Methods",
        IMethodSymbol => "Operators",
        IFieldSymbol { ContainingType.TypeKind: TypeKind.Enum } => "Values",
        IFieldSymbol => "Fields",
        IPropertySymbol => "Properties",
        _ => "Events",
    };
}
