using System.Text.Json;

namespace Dataflow.Cli.Processes;

/// <summary>Shows the jobs of a process.</summary>
internal sealed class ShowStatus : UrlCommand
{
    private readonly Option<bool> _watch = new("--watch") { Description = "Show it anew each second, until Ctrl-C." };

    public ShowStatus(Terminal terminal)
        : base(terminal, "status", "Show the jobs of a running process.") => Add(_watch);

    public override string Example => "dataflow pipelines status --watch --url http://127.0.0.1:6567";

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        await ShowAsync(api, asked, cancellationToken).ConfigureAwait(false);
        if (!asked.GetValue(_watch)) return ExitCode.Well;
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await second.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
                await ShowAsync(api, asked, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C is how it ends.
        }

        return ExitCode.Well;
    }

    private async Task ShowAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var list = await api.GetAsync("jobs", cancellationToken).ConfigureAwait(false);
        if (!asked.GetValue(_watch)) Show(asked, list, Text);
        else Terminal.Out.Write(IsJson(asked) ? $"{Json.Line(list)}\n" : $"{Terminal.NewPage}{Text(list)}");
        Terminal.Out.Flush();
    }

    private string Text(JsonElement list)
    {
        var table = new Table(
            "job", "state", "read", "read/s", "lag", "late", "dead letters", "state entries", "restarts", "checkpoint", "age s", "finding");
        foreach (var job in list.GetProperty("jobs").EnumerateArray())
        {
            var age = job.GetProperty("checkpointAgeMs");
            table.Add(
                job.GetProperty("id"), job.GetProperty("state"), Number("recordsRead"), job.GetProperty("readPerSecond").GetDouble(),
                Number("lag"), Number("late"), Number("deadLetters"), Number("stateEntries"), Number("restarts"), Number("checkpoint"),
                age.ValueKind == JsonValueKind.Null ? null : age.GetDouble() / 1000, job.GetProperty("finding").GetProperty("text"));

            long Number(string name) => job.GetProperty(name).GetInt64();
        }

        return table.ToString();
    }
}
