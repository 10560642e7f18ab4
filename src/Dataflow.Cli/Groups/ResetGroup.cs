using Dataflow.Cli.Logs;
using Dataflow.Cli.Topics;
using Dataflow.Log;

namespace Dataflow.Cli.Groups;

/// <summary>Sets the offsets from which a group reads a topic next.</summary>
internal sealed class ResetGroup : LogCommand
{
    private readonly Argument<string> _group;
    private readonly Argument<string> _topic;
    private readonly Option<Place> _to = Place.Option("--to", "The record that the group reads next.", byDefault: null);
    private readonly Option<int?> _partition = RecordSearch.PartitionOption();
    private readonly Option<bool> _dryRun = Wording.DryRunOption();

    public ResetGroup(Terminal terminal)
        : base(terminal, "reset", "Set the offsets from which a group reads a topic next.")
    {
        _group = AddArgument("GROUP", "The group's name.");
        _topic = AddArgument("TOPIC", "The topic's name.");
        Add(_to);
        Add(_partition);
        Add(_dryRun);
    }

    public override string Example => "dataflow groups reset billing orders --to earliest --dry-run --log data";

    protected override async Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var (group, topic) = (asked.GetRequiredValue(_group), log.Find(asked.GetRequiredValue(_topic)));
        if (log.IsOfPipeline(group))
            throw new ToolException(
                $"Group '{group}': a pipeline keeps its checkpoints in it. 'dataflow pipelines forget' lets the pipeline begin anew.");
        var moves = topic.Partitions(asked.GetValue(_partition)).Select(partition => new Move(
            partition, log.GetGroupOffset(group, topic.Name, partition), asked.GetValue(_to).In(topic, partition))).ToList();
        if (moves.All(static move => move.From is null))
            throw new ToolException($"Group '{group}': it has no offset in topic '{topic.Name}'. 'dataflow groups list' shows the groups.");
        var isDone = !asked.GetValue(_dryRun);
        if (isDone) await log.CommitAsync(CommitOf(group, topic.Name, moves), cancellationToken).ConfigureAwait(false);
        Show(asked, new { group, topic = topic.Name, isDone, partitions = moves }, _ => $"{Text(moves)}{Wording.Done(isDone)}");
        return ExitCode.Well;
    }

    private static LogCommit CommitOf(string group, string topic, List<Move> moves)
    {
        var commit = new LogCommit();
        foreach (var move in moves) commit.SetGroupOffset(group, topic, move.Partition, move.To);
        return commit;
    }

    private static string Text(List<Move> moves)
    {
        var table = new Table("partition", "from", "to");
        foreach (var move in moves) table.Add(move.Partition, move.From, move.To);
        return table.ToString();
    }

    private sealed record Move(int Partition, long? From, long To);
}
