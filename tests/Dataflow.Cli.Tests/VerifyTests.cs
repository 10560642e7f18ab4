using System.Diagnostics;
using Dataflow.Log;
using Dataflow.Tests;

namespace Dataflow.Cli.Tests;

/// <summary>Damage is found, and its place is named; a kill is no damage.</summary>
public sealed class VerifyTests : IDisposable
{
    private const int BatchHeaderBytes = 61;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Finds_damage_in_each_file_and_reads_the_others()
    {
        await FillAsync();
        var files = Directory.GetFiles(_folder["log", "topics", "numbers-0"], "*.log").Order(StringComparer.Ordinal).ToList();
        Assert.True(files.Count > 3, $"{files.Count} files");
        Damage(files[0]);
        Damage(files[2]);

        var run = await Run.OfAsync("verify", "--log", _folder["log"], "--json");

        Assert.Equal(ExitCode.FoundWrong, run.Code);
        Assert.Equal(
            [(files[0], 0L), (files[2], 0L)],
            run.Json.GetProperty("damages").EnumerateArray()
                .Select(static damage => (damage.GetProperty("file").GetString()!, damage.GetProperty("position").GetInt64())));
        Assert.InRange(run.Json.GetProperty("records").GetInt64(), 1, 999);
        var text = (await Run.OfAsync("verify", "--log", _folder["log"])).Out;
        Assert.Contains($"file '{files[2]}', byte 0: batch checksum", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finds_damage_that_keeps_the_log_from_opening()
    {
        await FillAsync();
        foreach (var found in Directory.GetFiles(_folder["log", "journal"])) Damage(found, at: 600);

        var run = await Run.OfAsync("verify", "--log", _folder["log"], "--json");

        Assert.Equal(ExitCode.FoundWrong, run.Code);
        var file = run.Json.GetProperty("damages")[0].GetProperty("file").GetString();
        Assert.StartsWith(_folder["log", "journal"], file, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_process_leaves_no_damage_and_its_checkpoints_are_shown()
    {
        var program = Repository.ProgramOf("tests/CrashTarget");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, _folder["log"], "300000", "20"])
        {
            RedirectStandardOutput = true,
        })!;
        try
        {
            await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken); // it runs
        }
        finally
        {
            process.Kill();
        }

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(0, process.ExitCode);

        var run = await Run.WellAsync("verify", "--log", _folder["log"], "--json");
        Assert.InRange(run.Json.GetProperty("records").GetInt64(), 300_000, long.MaxValue);
        var pipelines = (await Run.WellAsync("pipelines", "list", "--log", _folder["log"], "--json")).Json;
        Assert.Equal("trips", pipelines[0].GetProperty("pipeline").GetString());
        Assert.False(pipelines[0].GetProperty("isFinished").GetBoolean());
    }

    private async Task FillAsync()
    {
        await using var log = LogStore.Open(_folder["log"], new LogOptions { SegmentBytes = 1 << 20 });
        for (var batch = 0; batch < 5; batch++) log.Append("numbers", Enumerable.Range(0, 200).Select(static _ => new byte[5000]));
    }

    private static void Damage(string file, int at = BatchHeaderBytes + 5)
    {
        using var opened = File.Open(file, FileMode.Open, FileAccess.ReadWrite);
        opened.Position = at;
        var was = opened.ReadByte();
        opened.Position = at;
        opened.WriteByte((byte)(was ^ 0x55));
    }
}
