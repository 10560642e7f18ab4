using System.Text.RegularExpressions;

namespace Dataflow.Cli.Tests;

/// <summary>Texts that somebody has read and found good; run the tests with <c>APPROVE=1</c> to write them anew.</summary>
internal static partial class Approval
{
    /// <summary>Compares a text, without times, processes and folders, with the approved one.</summary>
    public static void Check(string name, string text, string folder)
    {
        var file = Repository.PathOf($"tests/Dataflow.Cli.Tests/Approved/{name}.txt");
        var now = text.Replace(folder, "DIR", StringComparison.Ordinal).Replace(Environment.MachineName, "HOST", StringComparison.Ordinal);
        now = Spaces().Replace(Process().Replace(Time().Replace(now, "TIME"), "PROCESS"), "  ");
        if (Environment.GetEnvironmentVariable("APPROVE") == "1") File.WriteAllText(file, now);
        Assert.Equal(File.ReadAllText(file), now);
    }

    [GeneratedRegex(@"20\d\d-\d\d-\d\d \d\d:\d\d:\d\dZ")]
    private static partial Regex Time();

    [GeneratedRegex(@"HOST[/: ]\d+(?:[/: ]\w+)?")]
    private static partial Regex Process();

    [GeneratedRegex("(?<=\\S) {3,}")]
    private static partial Regex Spaces();
}
