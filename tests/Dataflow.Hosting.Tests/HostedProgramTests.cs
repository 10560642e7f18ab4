using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Dataflow.Hosting.Tests;

/// <summary>The program of the manual's page on hosting, as a process.</summary>
public sealed partial class HostedProgramTests : IDisposable
{
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(2);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Ctrl_C_ends_it_within_two_seconds_with_a_last_checkpoint_and_it_carries_on_there()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals.");
        var first = await RunAsync(TestContext.Current.CancellationToken);
        var second = await RunAsync(TestContext.Current.CancellationToken);

        Assert.Contains("A card has paid 5 times in one session.", first, StringComparison.Ordinal);
        var checkpoint = Stopped().Match(first).Groups[1].Value;
        Assert.Contains($"Pipeline 'fraud' carries on from checkpoint {checkpoint}: ", second, StringComparison.Ordinal);
    }

    /// <summary>Starts the program, asks its endpoints, and ends it as Ctrl-C does; returns what it has logged.</summary>
    private async Task<string> RunAsync(CancellationToken stop)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Hosted.dll"), "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = _folder.Path,
        };
        using var process = Process.Start(start)!;
        var output = new List<string>();
        try
        {
            var uri = await UntilAsync(process, output, Listening(), stop);
            using var client = new HttpClient { BaseAddress = new Uri(uri) };
            while (await ReadyAsync(client, stop) != "Healthy\n") await Task.Delay(20, stop);
            Assert.Equal("Healthy\n", await client.GetStringAsync(new Uri("/health/live", UriKind.Relative), stop));
            while (!await HasReadAllAsync(client, stop)) await Task.Delay(20, stop);
            // The alarm comes once, in the first run; it may come before the server listens.
            if (!Directory.Exists(_folder["told"]) && !output.Exists(Alarm().IsMatch)) await UntilAsync(process, output, Alarm(), stop);
            Directory.CreateDirectory(_folder["told"]);

            var time = Stopwatch.StartNew();
            using (var signal = Process.Start("kill", ["-INT", $"{process.Id}"])) await signal.WaitForExitAsync(stop);
            output.Add(await process.StandardOutput.ReadToEndAsync(stop));
            await process.WaitForExitAsync(stop);
            Assert.InRange(time.Elapsed, TimeSpan.Zero, LongestStop);
            Assert.Equal(0, process.ExitCode);
            return string.Join('\n', output);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    private static async Task<string> ReadyAsync(HttpClient client, CancellationToken stop)
    {
        using var answer = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), stop);
        return await answer.Content.ReadAsStringAsync(stop);
    }

    private static async Task<bool> HasReadAllAsync(HttpClient client, CancellationToken stop)
    {
        var features = await client.GetStringAsync(new Uri("/cards/0815?at=2026-01-01T12:41:00Z", UriKind.Relative), stop);
        return features.Contains("\"payments_1h\":5", StringComparison.Ordinal);
    }

    /// <summary>Reads lines until one matches; returns the match's first group.</summary>
    private static async Task<string> UntilAsync(Process process, List<string> output, Regex wanted, CancellationToken stop)
    {
        while (true)
        {
            var line = await process.StandardOutput.ReadLineAsync(stop);
            Assert.True(line is not null, string.Join('\n', output));
            output.Add(line);
            if (wanted.Match(line) is { Success: true } match) return match.Groups[1].Value;
        }
    }

    [GeneratedRegex(@"Now listening on: (\S+)")]
    private static partial Regex Listening();

    [GeneratedRegex("A card has paid")]
    private static partial Regex Alarm();

    [GeneratedRegex(@"Pipeline 'fraud' has stopped with checkpoint (\d+)")]
    private static partial Regex Stopped();
}
