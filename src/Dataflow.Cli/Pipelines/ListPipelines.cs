using Dataflow.Cli.Logs;
using Dataflow.Log;

namespace Dataflow.Cli.Pipelines;

/// <summary>Lists the pipelines that have run on a log.</summary>
internal sealed class ListPipelines(Terminal terminal)
    : LogCommand(terminal, "list", "List the pipelines that have run on a log, with the checkpoint that each carries on from.")
{
    public override string Example => "dataflow pipelines list --log data";

    protected override Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var pipelines = log.Pipelines().Select(pipeline => RowOf(log, pipeline)).ToList();
        Show(asked, pipelines, Text);
        return Task.FromResult(ExitCode.Well);
    }

    private static Row RowOf(LogStore log, string pipeline)
    {
        var last = log.LastCheckpoint(pipeline);
        var letters = log.TryGetTopic($"{pipeline}.dead-letters", out var topic) ? topic.Records() : 0;
        return new(pipeline, last?.Number, last?.Time, last?.IsFinished ?? false, letters);
    }

    private static string Text(List<Row> rows)
    {
        var table = new Table("pipeline", "checkpoint", "time", "finished", "dead letters");
        foreach (var row in rows) table.Add(row.Pipeline, row.Checkpoint, row.Time, row.IsFinished ? "yes" : "no", row.DeadLetters);
        return table.ToString();
    }

    private sealed record Row(string Pipeline, long? Checkpoint, DateTimeOffset? Time, bool IsFinished, long DeadLetters);
}
