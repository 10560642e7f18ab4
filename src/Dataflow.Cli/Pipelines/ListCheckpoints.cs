using System.Text.Json;
using Dataflow.Cli.Logs;
using Dataflow.Cli.Processes;
using Dataflow.Log;

namespace Dataflow.Cli.Pipelines;

/// <summary>Shows the checkpoint that a pipeline carries on from, and where it is in its input.</summary>
internal sealed class ListCheckpoints : SharedCommand
{
    private readonly Argument<string> _pipeline;

    public ListCheckpoints(Terminal terminal)
        : base(terminal, "checkpoints", "Show the checkpoint that a pipeline carries on from, with its place in each split of its input.")
        => _pipeline = AddArgument("PIPELINE", "The pipeline's name.");

    public override string Example => "dataflow pipelines checkpoints orders --log data";

    protected override Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        Show(asked, SavedCheckpoint.ReadAll(log, log.FindPipeline(asked.GetRequiredValue(_pipeline))), Text);
        return Task.FromResult(ExitCode.Well);
    }

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var path = $"{AdminApi.PathOf(asked.GetRequiredValue(_pipeline))}/checkpoints";
        var answer = await api.GetAsync(path, cancellationToken).ConfigureAwait(false);
        Show(asked, answer.GetProperty("checkpoints").EnumerateArray().Select(Of).ToList(), Text);
        return ExitCode.Well;
    }

    private static SavedCheckpoint Of(JsonElement found) => new(
        found.GetProperty("number").GetInt64(), DateTimeOffset.FromUnixTimeMilliseconds(found.GetProperty("atMs").GetInt64()),
        found.GetProperty("process").GetString()!, found.GetProperty("isFinished").GetBoolean(),
        found.GetProperty("positions").Deserialize<List<SavedPosition>>(JsonSerializerOptions.Web)!);

    private static string Text(IReadOnlyList<SavedCheckpoint> checkpoints)
    {
        if (checkpoints.Count == 0) return "The pipeline has no checkpoint: its next start begins anew.\n";
        var table = new Table("checkpoint", "time", "process", "split", "position", "finished");
        foreach (var found in checkpoints)
        {
            foreach (var split in found.Positions.OrderBy(static split => split.Split, StringComparer.Ordinal))
                table.Add(found.Number, found.Time, found.Process, split.Split, split.Position, split.IsFinished ? "yes" : "no");
        }

        return table.ToString();
    }
}
