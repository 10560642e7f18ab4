using System.Net;
using Microsoft.CodeAnalysis;

namespace Dataflow.Site.Reference;

/// <summary>Links to types, which have a page, and to members, which have a place on it.</summary>
internal sealed class Links
{
    private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);

    public Links(Catalog catalog)
    {
        foreach (var type in catalog.Types)
        {
            _places[IdOf(type)] = PageOf(type);
            foreach (var member in catalog.MembersOf(type)) _places[IdOf(member)] = $"{PageOf(type)}#{AnchorOf(member)}";
        }
    }

    public static string PageOf(INamedTypeSymbol type) => $"{IdOf(type)[2..].Replace('`', '-')}.md";

    /// <summary>Overloads have one place.</summary>
    public static string AnchorOf(ISymbol member) => member is IMethodSymbol { MethodKind: MethodKind.Constructor } ? "new" : member.Name;

    /// <summary>A name, as a link where there is a page.</summary>
    public string Link(string name, ISymbol? symbol)
        => symbol?.OriginalDefinition.GetDocumentationCommentId() is { } id ? Link(name, id) : WebUtility.HtmlEncode(name);

    /// <summary>A name, as a link where there is a page for the documentation comment's identifier.</summary>
    public string Link(string name, string id)
        => PlaceOf(id) is { } place ? $"<a href=\"{place}\">{WebUtility.HtmlEncode(name)}</a>" : WebUtility.HtmlEncode(name);

    private string? PlaceOf(string id)
        => _places.TryGetValue(id, out var place) ? place
            : id.StartsWith("T:System.", StringComparison.Ordinal)
                ? $"https://learn.microsoft.com/dotnet/api/{id[2..].Replace('`', '-').ToLowerInvariant()}"
            : null;

    private static string IdOf(ISymbol symbol) => symbol.GetDocumentationCommentId()!;
}
