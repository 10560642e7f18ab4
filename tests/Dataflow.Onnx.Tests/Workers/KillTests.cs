using System.Diagnostics;
using Dataflow.EmbedTarget;
using Dataflow.Log;

namespace Dataflow.Onnx.Tests.Workers;

/// <summary>Kills a real process in which one pipeline writes a work topic and another drains it with workers that come, go and
/// fail; what it commits is as if nothing had happened.</summary>
/// <remarks>To replay a failure set <c>DATAFLOW_KILL_SEED</c> to the seed that it printed.</remarks>
public sealed class KillTests(ITestOutputHelper output) : IDisposable
{
    private const int Texts = 6_000;
    private const int Kills = 5;

    private readonly TemporaryFolder _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Kills_lose_no_text_double_no_result_and_change_no_order()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("DATAFLOW_KILL_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        // The poisoned texts have 'b' in them, whose vector is no number.
        new TinyModel { Table = [[0, 0], [1, 0], [3, 4], [0, 2], [5, 12], [float.NaN, 6], [0, 1]] }.WriteTo(_directory);
        var directory = _directory["log"];

        var kills = 0;
        while (kills < Kills && await DiesAsync(directory, TimeSpan.FromMilliseconds(random.Next(700, 2500)))) kills++;
        if (kills == Kills) Assert.False(await DiesAsync(directory, Timeout.InfiniteTimeSpan));

        output.WriteLine($"killed {kills} times");
        using var log = LogStore.Open(directory);
        using var model = EmbeddingModel.Load(_directory.Path);
        var sound = Enumerable.Range(0, Texts).Where(id => !Work.IsPoison(id)).ToArray();
        var results = Work.Done.ReadAll(log).ToArray();
        var letters = Topic.Of<DeadLetter>($"{Work.EmbeddingPipeline}.dead-letters").ReadAll(log).ToArray();
        Assert.All(letters, letter => Assert.Contains("is not finite", letter.Reason, StringComparison.Ordinal));
        Assert.Equal(Texts - sound.Length, letters.Length);
        Assert.Equal(sound, results.Select(result => result.Id).Order());
        Assert.All(
            results.GroupBy(result => result.Document),
            document => Assert.Equal(document.Select(result => result.Id).Order(), document.Select(result => result.Id)));
        Assert.All(results, result => Assert.Equal(model.Embed(Work.Request(result.Id).Text), result.Vector));
        Assert.Equal(
            sound.Select(id => Work.Request(id).Text).Distinct().Count(),
            log.GetTopic($"{Work.EmbeddingPipeline}.embed.results").EndOffset(0));
    }

    /// <summary>Runs the program; true if it had to be killed, false if it came to its end before.</summary>
    private async Task<bool> DiesAsync(string directory, TimeSpan life)
    {
        var program = Repository.ProgramOf("tests/EmbedTarget");
        using var process = Process.Start(new ProcessStartInfo(
            "dotnet", [program, directory, _directory.Path, $"{Texts}"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
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
