namespace Dataflow.Tests.Docs;

/// <summary>Code that pages and comments show, and the programs that it is from.</summary>
internal static class Listing
{
    /// <summary>The files of a folder and those below, without what builds make.</summary>
    public static IEnumerable<string> Files(string folder, string pattern)
        => Directory.EnumerateFiles(Repository.PathOf(folder), pattern, SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    /// <summary>The lines of all that is built and runs: examples and tests.</summary>
    public static List<string> Programs() => [.. Files("examples", "*.cs").Concat(Files("tests", "*.cs")).Select(LinesOf)];

    /// <summary>A program's lines, to look for a block in: where it stands, and how deep, does not matter.</summary>
    public static string LinesOf(string file) => Outdented(File.ReadAllText(file));

    /// <summary>Lines without the spaces that they begin with, and a line break before the first.</summary>
    public static string Outdented(string text) => $"\n{string.Join('\n', text.Trim().Split('\n').Select(static line => line.Trim()))}\n";
}
