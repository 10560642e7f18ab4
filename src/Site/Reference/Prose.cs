using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Dataflow.Site.Reference;

/// <summary>Doc comments as HTML.</summary>
internal sealed partial class Prose(Links links)
{
    /// <summary>The blocks of an element: paragraphs, code, lists. Text that stands in no paragraph becomes one.</summary>
    public IEnumerable<string> Blocks(XElement? element)
    {
        var text = "";
        foreach (var node in element?.Nodes() ?? [])
        {
            if (node is not XElement { Name.LocalName: "para" or "code" or "list" } block)
            {
                text += Inline(node);
                continue;
            }

            if (!string.IsNullOrWhiteSpace(text)) yield return $"<p>{text.Trim()}</p>";
            text = "";
            yield return Block(block);
        }

        if (!string.IsNullOrWhiteSpace(text)) yield return $"<p>{text.Trim()}</p>";
    }

    /// <summary>The text of an element on one line.</summary>
    public string Inline(XElement? element) => string.Concat((element?.Nodes() ?? []).Select(Inline)).Trim();

    private string Block(XElement block) => block.Name.LocalName switch
    {
        "code" => $"<pre><code class=\"lang-csharp\">{WebUtility.HtmlEncode(Outdented(block.Value))}</code></pre>",
        "list" => $"<ul>{string.Concat(block.Elements("item").Select(item => $"<li>{Inline(item)}</li>"))}</ul>",
        _ => $"<p>{Inline(block)}</p>",
    };

    private string Inline(XNode node) => node switch
    {
        XText text => WebUtility.HtmlEncode(Space().Replace(text.Value, " ")),
        XElement { Name.LocalName: "see" or "seealso" } see => See(see),
        XElement { Name.LocalName: "c" or "code" } code => $"<code>{WebUtility.HtmlEncode(code.Value)}</code>",
        XElement { Name.LocalName: "paramref" or "typeparamref" } name => $"<code>{name.Attribute("name")!.Value}</code>",
        XElement { Name.LocalName: "br" } => "<br>",
        XElement { Name.LocalName: "i" } emphasis => $"<i>{Inline(emphasis)}</i>",
        XElement other => Inline(other),
        _ => "",
    };

    private string See(XElement see)
        => see.Attribute("cref") is { } cref ? $"<code>{links.Link(NameOf(see, cref.Value), cref.Value)}</code>"
            : see.Attribute("href") is { } href ? $"<a href=\"{href.Value}\">{(see.IsEmpty ? href.Value : Inline(see))}</a>"
            : $"<code>{see.Attribute("langword")!.Value}</code>";

    /// <summary>The name that an identifier such as <c>M:Dataflow.Verbs.Where``1(…)</c> ends with.</summary>
    private static string NameOf(XElement see, string id)
        => see.IsEmpty ? Arity().Replace(id.Split('(')[0].Split('.', ':')[^1], "") : see.Value;

    private static string Outdented(string code)
    {
        var lines = code.Trim('\n').TrimEnd().Split('\n');
        var depth = lines.Where(static line => line.Trim().Length > 0).Min(static line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length < depth ? "" : line[depth..]));
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    [GeneratedRegex(@"`+\d+")]
    private static partial Regex Arity();
}
