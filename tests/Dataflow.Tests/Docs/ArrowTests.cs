using System.Text.RegularExpressions;

namespace Dataflow.Tests.Docs;

/// <summary>Folders of the engine use those below them, as the README of <c>src/Dataflow</c> draws them.</summary>
public partial class ArrowTests
{
    /// <summary>From below: a folder may use its own floor and those below. Slices may use each other, and no floor of the engine but the
    /// first two.</summary>
    private static readonly string[][] s_floors =
    [
        ["Errors", "Engine/Serialization", "Engine/State", "Engine/Texts"],
        ["", "Extensibility", "Engine/Time", "Engine/Planning", "Async"],
        ["Engine/Checkpoints"],
        ["Engine/Runtime", "Engine/Combining", "Engine/Operations", "Engine/Sharing", "Engine/Standby"],
        ["Operators", "Windows", "Aggregates", "Joins", "Tables", "Processing", "Patterns", "Quality", "Connectors", "ByReference"],
    ];

    private const int Door = 1;
    private const int Slices = 4;

    /// <summary>Types whose names are names of members too, and <c>StepStatus</c>, whose counters a slice reads.</summary>
    private static readonly string[] s_words =
        ["StepStatus", "Side", "Exchange", "Kept", "Topic", "Turn", "Match", "Worker", "BroadcastState", "Lookup", "Copies", "Rows",
         "Part"];

    /// <summary>The files that point up: through them a running step, a checkpoint and a reader from outside reach the engine.</summary>
    private static readonly string[] s_pointUp =
    [
        "Extensibility/Lookups/Lookup.cs", "Extensibility/Lookups/TableLookup.cs", "Extensibility/OperatorContext.cs",
        "Extensibility/StepCheckpoint.cs", "Tables/TableReader.cs",
    ];

    [Fact]
    public void Arrows_between_folders_run_down()
    {
        var sources = Directory.EnumerateFiles(Repository.PathOf("src/Dataflow"), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.PathOf("src/Dataflow"), file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal))
            .Select(file => (File: file, Floor: FloorOf(file), Code: CodeOf(file))).ToList();
        var declared = sources.SelectMany(
            source => Declaration().Matches(source.Code).Select(type => (Name: type.Groups[1].Value, source.Floor)))
            .GroupBy(type => type.Name, StringComparer.Ordinal).Where(types => types.Select(type => type.Floor).Distinct().Count() == 1)
            .ToDictionary(types => types.Key, types => types.First().Floor, StringComparer.Ordinal);

        var up = from source in sources
                 from name in Name().Matches(source.Code).Select(name => name.Value).Distinct()
                 where !s_words.Contains(name) && declared.TryGetValue(name, out var floor) && !MayUse(source.Floor, floor)
                 select (source.File, Name: name);
        var found = up.ToLookup(use => use.File, use => use.Name);

        Assert.True(declared.Count > 400);
        Assert.Equal([], found.Where(uses => !s_pointUp.Contains(uses.Key)).Select(uses => $"{uses.Key}: {string.Join(", ", uses)}"));
        Assert.Equal([], s_pointUp.Where(file => !found.Contains(file))); // what was mended is no exception any more
    }

    private static bool MayUse(int user, int used) => used <= user && (user != Slices || used is <= Door or Slices);

    private static int FloorOf(string file)
    {
        var folder = Path.GetDirectoryName(file)!.Replace('\\', '/');
        var floor = Array.FindIndex(
            s_floors,
            names => Array.Exists(
            names, name => folder == name || (name.Length > 0 && $"{folder}/".StartsWith($"{name}/", StringComparison.Ordinal))));
        return floor >= 0 ? floor : throw new InvalidOperationException($"'{folder}' is on no floor. Say on which.");
    }

    /// <summary>The code of a file without comments, texts, usings and the names of its namespace.</summary>
    private static string CodeOf(string file)
        => Aside().Replace(File.ReadAllText(Repository.PathOf($"src/Dataflow/{file}")), " ");

    [GeneratedRegex(
        """\$*\"{3}[\s\S]*?\"{3}|\$?@\$?"(?:[^"]|"")*"|\$?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])'|//[^\n]*|^(?:using|namespace) [^\n]*""",
        RegexOptions.Multiline)]
    private static partial Regex Aside();

    [GeneratedRegex(
        @"^(?:(?:public|internal|static|sealed|abstract|partial|readonly|ref)\s+)*"
            + @"(?:class|struct|interface|enum|record struct|record|delegate [\w<>]+)\s+(\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Declaration();

    /// <summary>A name that is no member of something.</summary>
    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*(?=\s*[<(\[.?,;>){\s])")]
    private static partial Regex Name();
}
