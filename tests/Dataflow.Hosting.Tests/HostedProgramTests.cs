using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace Dataflow.Hosting.Tests;

/// <summary>The programs that a newcomer writes, as processes: each is hosted, with health, logs and the page, and ends by Ctrl-C within
/// two seconds with a last checkpoint, from which it carries on.</summary>
public sealed partial class HostedProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Payments_raise_alarms_and_are_features()
    {
        var stop = TestContext.Current.CancellationToken;
        await CarriesOnAsync("Hosted", "fraud", async program =>
        {
            await program.UntilAnswerAsync("/health/ready", static text => text == "Healthy\n", stop);
            await program.UntilAnswerAsync("/health/live", static text => text == "Healthy\n", stop);
            await program.UntilAnswerAsync(
                "/cards/0815?at=2026-01-01T12:41:00Z", static text => text.Contains("\"payments_1h\":5", StringComparison.Ordinal), stop);
            await OnceAsync(program, Alarm(), stop);
        }, stop);
    }

    [Fact(Timeout = 120_000)]
    public async Task Sensors_that_are_silent_are_told_of_and_wrong_lines_are_dead_letters()
    {
        var stop = TestContext.Current.CancellationToken;
        await CarriesOnAsync("Sensors", "watch", async program =>
        {
            await program.UntilAnswerAsync("/health", static text => text == "Healthy", stop);
            await program.UntilAnswerAsync(
                "/sensors/attic", static text => text.Contains("2026-01-01T01:59:00", StringComparison.Ordinal), stop);
            await program.UntilAnswerAsync(
                "/dataflow/api/v1/jobs/import/dead-letters", static text => text.Contains("\"total\":3", StringComparison.Ordinal), stop);
            await program.UntilAnswerAsync(
                "/dataflow/api/v1/jobs/watch/lookups/newest?question=cellar",
                static text => text.Contains("\"celsius\"", StringComparison.Ordinal), stop);
            await OnceAsync(program, Silence(), stop);
        }, stop);
    }

    [Fact(Timeout = 120_000)]
    public async Task Documents_are_put_changed_deleted_and_found()
    {
        var (isFirst, stop) = (true, TestContext.Current.CancellationToken);
        await CarriesOnAsync("Documents", "documents", async program =>
        {
            await program.UntilAnswerAsync("/health", static text => text == "Healthy", stop);
            if (isFirst)
            {
                await PutAsync(program, "harbour", "Ships wait in the harbour for the tide.", stop);
                await PutAsync(program, "bread", "The baker sells bread in the morning.", stop);
                await PutAsync(program, "gone", "The baker sells cake, too.", stop);
                await program.UntilAnswerAsync(
                    "/search?q=cake", static text => text.StartsWith("[{\"id\":\"gone\"", StringComparison.Ordinal), stop);
                await PutAsync(program, "harbour", "Lions hunt at night.", stop);
                using var deleted = await program.Client.DeleteAsync(new Uri("/documents/gone", UriKind.Relative), stop);
                deleted.EnsureSuccessStatusCode();
            }

            isFirst = false;
            await program.UntilAnswerAsync("/search?q=wild animals", static text => FoundIn(text) == "harbour:Lions bread:The", stop);
            await program.UntilAnswerAsync(
                "/dataflow/api/v1/jobs/documents/lookups/documents?question=a bakery",
                static text => text.IndexOf("bread", StringComparison.Ordinal) is > 0 and var bread
                    && bread < text.IndexOf("harbour", StringComparison.Ordinal), stop);
        }, stop);
    }

    /// <summary>Runs a program, looks at it and ends it, twice; the second carries on from the first's last checkpoint.</summary>
    private async Task CarriesOnAsync(string name, string pipeline, Func<HostedProcess, Task> look, CancellationToken stop)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals.");
        var logs = new List<string>();
        for (var run = 0; run < 2; run++)
        {
            await using var program = await HostedProcess.StartAsync(name, _folder.Path, stop);
            await look(program);
            await program.UntilAnswerAsync(
                "/dataflow/", static page => page.Contains("<title>Dataflow</title>", StringComparison.Ordinal), stop);
            logs.Add(await program.EndAsync(stop));
        }

        var checkpoint = Regex.Match(logs[0], $@"Pipeline '{pipeline}' has stopped with checkpoint (\d+)").Groups[1].Value;
        Assert.Contains($"Pipeline '{pipeline}' carries on from checkpoint {checkpoint}: ", logs[1], StringComparison.Ordinal);
    }

    /// <summary>Waits for what is logged once, in the first run; it may come before the server listens.</summary>
    private async Task OnceAsync(HostedProcess program, Regex wanted, CancellationToken stop)
    {
        if (!Directory.Exists(_folder["told"]) && !program.Output.Any(wanted.IsMatch)) await program.UntilAsync(wanted, stop);
        Directory.CreateDirectory(_folder["told"]);
    }

    private static async Task PutAsync(HostedProcess program, string id, string text, CancellationToken stop)
    {
        using var answer = await program.Client.PutAsJsonAsync(new Uri($"/documents/{id}", UriKind.Relative), new { text }, stop);
        answer.EnsureSuccessStatusCode();
    }

    private static string FoundIn(string search)
        => string.Join(' ', Found().Matches(search).Select(found => $"{found.Groups[1].Value}:{found.Groups[2].Value}"));

    [GeneratedRegex("A card has paid 5 times in one session.")]
    private static partial Regex Alarm();

    [GeneratedRegex("Sensor cellar is silent since 00:29.")]
    private static partial Regex Silence();

    [GeneratedRegex("""\{"id":"(\w+)","text":"(\w+)""")]
    private static partial Regex Found();
}
