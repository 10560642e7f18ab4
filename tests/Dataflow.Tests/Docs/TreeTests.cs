using System.Text.RegularExpressions;

namespace Dataflow.Tests.Docs;

public class TreeTests
{
    private const int MaxLine = 140;
    private const int MaxLines = 400;
    private const int MaxTypes = 90;

    private static readonly string[] s_roots = ["src", "tests", "examples", "perf"];
    private static readonly string[] s_made = ["bin", "obj", "node_modules", "_site"];
    private static readonly string[] s_code = ["*.cs", "*.js", "*.mjs", "*.css"];

    [Fact]
    public void No_line_of_code_is_longer_than_140_characters_but_for_data_in_raw_strings()
        => Assert.Equal([], s_roots.SelectMany(root => s_code.SelectMany(kind => Files(root, kind))).SelectMany(LongLines));

    [Fact]
    public void No_file_of_the_product_is_longer_than_400_lines()
        => Assert.Equal([], Files("src", "*.cs").Where(file => File.ReadLines(file).Count() > MaxLines));

    [Fact]
    public void No_namespace_offers_more_than_90_types()
    {
        var types = Directory.EnumerateFiles(Repository.PathOf("tests"), "PublicSurface.txt", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines).Select(line => Regex.Match(line, @"^\S.*?\b(Dataflow[\w.]*)\.\w+")).Where(type => type.Success)
            .GroupBy(type => type.Groups[1].Value).ToDictionary(types => types.Key, types => types.Count());

        Assert.InRange(types["Dataflow"], 50, MaxTypes);
        Assert.Equal([], types.Where(found => found.Value > MaxTypes));
    }

    private static IEnumerable<string> Files(string root, string kind)
        => Directory.EnumerateFiles(Repository.PathOf(root), kind, SearchOption.AllDirectories)
            .Where(static file => !file.Split(Path.DirectorySeparatorChar).Any(static folder => s_made.Contains(folder)));

    private static IEnumerable<string> LongLines(string file)
    {
        var isData = false;
        foreach (var (number, line) in File.ReadLines(file).Index())
        {
            if (line.Length > MaxLine && !isData && !line.Contains("<inheritdoc cref=", StringComparison.Ordinal))
                yield return $"{Path.GetRelativePath(Repository.Root, file)}:{number + 1}";
            if (Regex.Count(line, "\"\"\"") % 2 == 1) isData = !isData;
        }
    }
}
