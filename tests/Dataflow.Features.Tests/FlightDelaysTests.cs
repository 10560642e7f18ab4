using System.Diagnostics;

namespace Dataflow.Features.Tests;

/// <summary>How examples/FlightDelays behaves on the command line.</summary>
public sealed class FlightDelaysTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flight-delays-");

    [Theory]
    [InlineData(0, "--help")]
    [InlineData(2, "tale")]
    [InlineData(2, "--data")]
    [InlineData(2, "story", "--data", "--verbose")]
    public async Task Says_how_it_is_used_where_its_arguments_are_not_understood(int exitCode, params string[] arguments)
    {
        var (code, output) = await EndOf(Start(arguments));

        Assert.Equal(exitCode, code);
        Assert.Contains("usage: FlightDelays", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_that_a_folder_cannot_be_used()
    {
        var file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        var (code, output) = await EndOf(Start("--data", Path.Combine(file, "below")));

        Assert.Equal(1, code);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stops_at_a_signal_carries_on_when_started_again_and_then_says_that_all_was_done()
    {
        var process = Start("--data", _folder.FullName);
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is not (null or "ingest: begins"))
        {
        }

        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"])) await kill.WaitForExitAsync(
            TestContext.Current.CancellationToken);
        var (stopped, said) = await EndOf(process);
        var (finished, results) = await EndOf(Start("--data", _folder.FullName));
        var (again, same) = await EndOf(Start("--data", _folder.FullName));

        Assert.Equal((130, 0, 0), (stopped, finished, again));
        Assert.Contains("Started again on the same log it carries on", said, StringComparison.Ordinal);
        Assert.Contains("flights read", results, StringComparison.Ordinal);
        Assert.Contains("features: was done already", same, StringComparison.Ordinal);
        Assert.DoesNotContain("throughput", same, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static Process Start(params string[] arguments)
        => Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "FlightDelays.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
        })!;

    private static async Task<(int Code, string Output)> EndOf(Process process)
    {
        using (process)
        {
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, output);
        }
    }
}
