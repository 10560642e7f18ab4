using System.Diagnostics;
using Dataflow.CrashTarget;
using Dataflow.Log;

namespace Dataflow.Tests.Checkpoints;

/// <summary>Kills a real process that runs a pipeline, again and again; what it commits is as if nothing had happened.</summary>
/// <remarks>To replay a failure set <c>DATAFLOW_KILL_SEED</c> to the seed that it printed.</remarks>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int Kills = 25;
    private const int TripCount = 300_000;
    private const int ShortestLifeMs = 50;

    private readonly string _root = Directory.CreateTempSubdirectory("dataflow-kill-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Twenty_five_kills_change_no_result()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("DATAFLOW_KILL_SEED"), out var given)
            ? given
            : Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var start = Stopwatch.GetTimestamp();
        var expected = await UndisturbedAsync();
        var longestLifeMs = (int)Stopwatch.GetElapsedTime(start).TotalMilliseconds;

        var kills = 0;
        for (var round = 1; kills < Kills; round++)
        {
            var directory = Path.Combine(_root, $"round-{round}");
            var inRound = 0;
            while (await DiesAsync(directory, Life())) inRound++;
            kills += inRound;
            output.WriteLine($"round {round}: killed {inRound} times");
            Assert.True(expected.SequenceEqual(Results(directory)), $"Other results after {inRound} kills; seed {seed}.");
        }

        TimeSpan Life() => TimeSpan.FromMilliseconds(random.Next(ShortestLifeMs, longestLifeMs));
    }

    private async Task<IReadOnlyList<string>> UndisturbedAsync()
    {
        var directory = Path.Combine(_root, "undisturbed");
        Assert.False(await DiesAsync(directory, Timeout.InfiniteTimeSpan));
        var results = Results(directory);
        Assert.NotEmpty(results);
        return results;
    }

    private static IReadOnlyList<string> Results(string directory)
    {
        using var log = LogStore.Open(directory);
        return Trips.Results(log);
    }

    /// <summary>Runs the program; true if it had to be killed, false if it came to its end before.</summary>
    private static async Task<bool> DiesAsync(string directory, TimeSpan life)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "CrashTarget.dll");
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", [program, directory, TripCount.ToString(), "50"]) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(life);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            return true;
        }

        Assert.True(process.ExitCode == 0, await errors);
        return false;
    }
}
