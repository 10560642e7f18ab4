using System.Text.RegularExpressions;

namespace Dataflow.Tests.Docs;

/// <summary>The pages of the manual: what they show is code that is built and runs, and where they point to is something.</summary>
public partial class ManualTests
{
    public static TheoryData<string> Pages
        => [.. Directory.EnumerateFiles(Repository.PathOf("src/docs"), "*.md", SearchOption.AllDirectories)
            .Select(page => Path.GetRelativePath(Repository.PathOf("."), page)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Each_block_of_code_is_part_of_a_program_or_test(string page)
    {
        var programs = new[] { "examples", "tests" }.SelectMany(folder => Files(folder, "*.cs")).Select(LinesOf).ToList();
        var blocks = File.ReadAllText(Repository.PathOf(page)).Split("```csharp\n").Skip(1).Select(block => block.Split("```")[0]).ToList();

        Assert.Equal([], blocks.Where(block => !programs.Exists(program => program.Contains(Outdented(block), StringComparison.Ordinal))));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Each_link_to_a_file_finds_it(string page)
    {
        var folder = Path.GetDirectoryName(Repository.PathOf(page))!;
        var links = Link().Matches(File.ReadAllText(Repository.PathOf(page))).Select(link => link.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal));

        Assert.Equal([], links.Where(link => !Path.Exists(Path.Combine(folder, link.Split('#')[0]))));
    }

    [Fact]
    public void The_engine_s_description_leads_to_the_pages_on_extending_it()
    {
        var description = File.ReadAllText(Repository.PathOf("src/Dataflow/README.md"));

        Assert.All(Directory.EnumerateFiles(Repository.PathOf("src/docs/extending")),
            page => Assert.Contains($"(../docs/extending/{Path.GetFileName(page)})", description, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Files(string folder, string pattern)
        => Directory.EnumerateFiles(Repository.PathOf(folder), pattern, SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    // Where a block stands in its program, and how deep, is of no matter: lines are compared without what they begin with.
    private static string LinesOf(string file) => Outdented(File.ReadAllText(file));

    private static string Outdented(string text) => $"\n{string.Join('\n', text.Trim().Split('\n').Select(static line => line.Trim()))}\n";

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();
}
