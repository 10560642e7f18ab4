using System.Text.RegularExpressions;

namespace Dataflow.Tests.Docs;

/// <summary>The pages of the manual and the READMEs of projects: what they show is code that is built and runs, and where they point to
/// is something.</summary>
public partial class ManualTests
{
    private const int MostLines = 80;

    public static TheoryData<string> Pages => [.. Listing.Files("src", "*.md").Select(Relative).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Readmes => [.. Directory.EnumerateDirectories(Repository.PathOf("src"))
        .Select(project => Path.Combine(project, "README.md")).Where(File.Exists).Select(Relative).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Each_block_of_code_is_part_of_a_program_or_test(string page)
    {
        var programs = Listing.Programs();
        var blocks = File.ReadAllText(Repository.PathOf(page)).Split("```csharp\n").Skip(1)
            .Select(block => Listing.Outdented(block.Split("```")[0]));

        Assert.Equal([], blocks.Where(block => !programs.Exists(program => program.Contains(block, StringComparison.Ordinal))));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Each_link_to_a_file_finds_it(string page)
    {
        var file = Repository.PathOf(page);

        Assert.Equal([], LinksOf(file).Where(link => !Path.Exists(Beside(file, link.Split('#')[0]))));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Each_link_to_a_heading_finds_it(string page)
    {
        var file = Repository.PathOf(page);
        var links = LinksOf(file).Where(link => link.Contains('#', StringComparison.Ordinal)).Select(link => link.Split('#'));

        Assert.Equal([], links.Where(link => !AnchorsOf(link[0].Length == 0 ? file : Beside(file, link[0])).Contains(link[1])));
    }

    [Theory]
    [MemberData(nameof(Readmes))]
    public void A_project_s_README_fits_on_two_screens(string readme)
        => Assert.InRange(File.ReadLines(Repository.PathOf(readme)).Count(), 1, MostLines);

    [Fact]
    public void The_table_of_contents_leads_to_every_page()
    {
        var manual = Repository.PathOf("src/docs");
        var contents = LinksOf(Path.Combine(manual, "README.md")).ToHashSet(StringComparer.Ordinal);
        var pages = Listing.Files("src/docs", "*.md").Select(page => Path.GetRelativePath(manual, page)).Where(page => page != "README.md");

        // The verbs have a table of their own.
        Assert.Equal([], pages.Where(page => !contents.Contains(page) && Path.GetDirectoryName(page) != "verbs"));
    }

    [Fact]
    public void The_engine_s_description_leads_to_the_pages_on_extending_it()
    {
        var description = File.ReadAllText(Repository.PathOf("src/Dataflow/README.md"));

        Assert.All(Directory.EnumerateFiles(Repository.PathOf("src/docs/extending")),
            page => Assert.Contains($"(../docs/extending/{Path.GetFileName(page)})", description, StringComparison.Ordinal));
    }

    private static string Relative(string file) => Path.GetRelativePath(Repository.PathOf("."), file);

    private static string Beside(string file, string link) => Path.Combine(Path.GetDirectoryName(file)!, link);

    private static IEnumerable<string> LinksOf(string file)
        => Link().Matches(File.ReadAllText(file)).Select(link => link.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal));

    // As GitHub names headings: in small letters, without punctuation, with '-' for spaces.
    private static HashSet<string> AnchorsOf(string page)
        => [.. File.ReadLines(page).Where(line => line.StartsWith('#'))
            .Select(line => Punctuation().Replace(line.TrimStart('#').Trim(), "").Replace(' ', '-').ToLowerInvariant())];

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\s-]")]
    private static partial Regex Punctuation();
}
