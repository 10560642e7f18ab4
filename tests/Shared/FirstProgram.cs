using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Dataflow.Tests.Shared;

/// <summary>The program of the manual's first page, which is killed and started again.</summary>
internal static partial class FirstProgram
{
    /// <summary>Kills the program after its first windows, and sees that it then goes on with every visit counted once.</summary>
    /// <param name="program">The built program.</param>
    /// <param name="folder">The folder that it is started in.</param>
    /// <param name="cancellationToken">Ends the wait for its output.</param>
    public static async Task SurvivesAKillAsync(string program, string folder, CancellationToken cancellationToken)
    {
        var first = await RunAsync(program, folder, lines: 4, cancellationToken);
        var second = await RunAsync(program, folder, lines: 1, cancellationToken);

        Assert.Equal("From checkpoint 0: 0 visits in the log, 0 counted.", first[0]);
        Assert.Matches(@"^\d\d:\d\d:\d\d \w+ +\d+$", first[1]);
        var carriedOn = CarriedOn().Match(second[0]);
        Assert.True(carriedOn.Success, second[0]);
        Assert.NotEqual("0", carriedOn.Groups[1].Value);
        Assert.Equal(carriedOn.Groups[2].Value, carriedOn.Groups[3].Value);
    }

    /// <summary>Starts the program, reads some lines of its output, and kills it.</summary>
    private static async Task<List<string>> RunAsync(string program, string folder, int lines, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        })!;
        try
        {
            var read = new List<string>();
            while (read.Count < lines) read.Add((await process.StandardOutput.ReadLineAsync(cancellationToken))!);
            return read;
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [GeneratedRegex(@"^From checkpoint (\d+): (\d+) visits in the log, (\d+) counted\.$")]
    private static partial Regex CarriedOn();
}
