using System.Text;
using System.Text.RegularExpressions;

namespace Dataflow.Site;

/// <summary>The manual's table of contents for docfx, from the tables of links in its README.</summary>
internal static partial class Contents
{
    /// <summary>Writes <c>toc.yml</c> in a folder from which the manual is found at <paramref name="manual"/>, a relative path.</summary>
    public static void Write(string folder, string manual)
    {
        Directory.CreateDirectory(folder);
        var text = new StringBuilder();
        Append(text, folder, $"{manual}/README.md", "");
        File.WriteAllText(Path.Combine(folder, "toc.yml"), text.ToString());
    }

    private static void Append(StringBuilder text, string folder, string readme, string indent)
    {
        var sections = Heading().Split(File.ReadAllText(Path.Combine(folder, readme)));
        AppendLinks(text, folder, readme, sections[0], indent);
        foreach (var section in sections.Skip(1).Chunk(2).Where(static section => Link().IsMatch(section[1])))
        {
            text.AppendLine($"{indent}- name: '{section[0]}'\n{indent}  items:");
            AppendLinks(text, folder, readme, section[1], $"{indent}  ");
        }
    }

    private static void AppendLinks(StringBuilder text, string folder, string readme, string section, string indent)
    {
        foreach (Match link in Link().Matches(section))
        {
            var page = link.Groups["page"].Value;
            text.AppendLine($"{indent}- name: '{link.Groups["name"].Value}'\n{indent}  href: {Path.GetDirectoryName(readme)}/{page}");
            if (!page.EndsWith("/README.md", StringComparison.Ordinal) || page.StartsWith('.')) continue;
            text.AppendLine($"{indent}  items:");
            Append(text, folder, $"{Path.GetDirectoryName(readme)}/{page}", $"{indent}  ");
        }
    }

    [GeneratedRegex(@"^## (.+)\n", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[(?<name>[^\]]+)\]\((?<page>[^):]+\.md[^)]*)\)")]
    private static partial Regex Link();
}
