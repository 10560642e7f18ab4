using System.Net;
using System.Text;
using Microsoft.CodeAnalysis;

namespace Dataflow.Site.Reference;

/// <summary>The reference of the public types: a page for each, one for each namespace, and the table of contents.</summary>
internal static class ReferencePages
{
    /// <summary>Writes the pages of the packages in a folder; its former files are gone.</summary>
    public static void Write(Packages packages, string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        var links = new Links(packages.Catalog);
        var pages = new TypePage(packages, links);
        foreach (var type in packages.Catalog.Types) File.WriteAllText(Path.Combine(folder, Links.PageOf(type)), pages.Of(type));
        var contents = new StringBuilder();
        foreach (var space in SpacesOf(packages.Catalog))
        {
            File.WriteAllText(Path.Combine(folder, $"{space.Key}.md"), NamespacePage(space, packages.Comments, new(links)));
            contents.AppendLine($"- name: {space.Key}\n  href: {space.Key}.md\n  items:");
            foreach (var type in space) contents.AppendLine($"  - name: '{Signature.NameOf(type)}'\n    href: {Links.PageOf(type)}");
        }

        File.WriteAllText(Path.Combine(folder, "toc.yml"), contents.ToString());
    }

    private static IEnumerable<IGrouping<string, INamedTypeSymbol>> SpacesOf(Catalog catalog)
        => catalog.Types.GroupBy(static type => type.ContainingNamespace.ToDisplayString())
            .OrderBy(static space => space.Key, StringComparer.Ordinal);

    private static string NamespacePage(IGrouping<string, INamedTypeSymbol> space, Comments comments, Prose prose)
    {
        var types = space.Select(type => $"<dt><a href=\"{Links.PageOf(type)}\">{WebUtility.HtmlEncode(Signature.NameOf(type))}</a></dt>"
            + $"<dd>{prose.Inline(comments.Of(type).Element("summary"))}</dd>");
        return $"# {space.Key}\n\n<dl>{string.Concat(types)}</dl>\n";
    }
}
