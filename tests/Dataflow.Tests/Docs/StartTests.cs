using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Dataflow.Tests.Docs;

/// <summary>The first page of the manual: its program survives a kill.</summary>
public sealed partial class StartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact(Timeout = 60_000)]
    public async Task Its_program_counts_every_visit_once_though_it_is_killed()
    {
        var first = await RunAsync(lines: 4, TestContext.Current.CancellationToken);
        var second = await RunAsync(lines: 1, TestContext.Current.CancellationToken);

        Assert.Equal("From checkpoint 0: 0 visits in the log, 0 counted.", first[0]);
        Assert.Matches(@"^\d\d:\d\d:\d\d \w+ +\d+$", first[1]);
        var carriedOn = CarriedOn().Match(second[0]);
        Assert.True(carriedOn.Success, second[0]);
        Assert.NotEqual("0", carriedOn.Groups[1].Value);
        Assert.Equal(carriedOn.Groups[2].Value, carriedOn.Groups[3].Value);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Starts the program, reads some lines of its output, and kills it.</summary>
    private async Task<List<string>> RunAsync(int lines, CancellationToken cancellationToken)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Visits.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = _folder.Path,
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
