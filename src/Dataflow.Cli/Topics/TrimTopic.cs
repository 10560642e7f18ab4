using Dataflow.Cli.Logs;
using Dataflow.Log;

namespace Dataflow.Cli.Topics;

/// <summary>Deletes the oldest records of a topic.</summary>
internal sealed class TrimTopic : LogCommand
{
    private readonly Argument<string> _topic;
    private readonly Option<Place> _before = Place.Option(
        "--before", "The first record that stays.", byDefault: null);

    private readonly Option<int?> _partition = RecordSearch.PartitionOption();
    private readonly Option<bool> _dryRun = Wording.DryRunOption();

    public TrimTopic(Terminal terminal)
        : base(terminal, "trim", "Delete the oldest records of a topic, for good.")
    {
        _topic = AddArgument("TOPIC", "The topic's name.");
        Add(_before);
        Add(_partition);
        Add(_dryRun);
    }

    public override string Example => "dataflow topics trim orders --before 1000 --partition 0 --dry-run --log data";

    protected override async Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var topic = log.Find(asked.GetRequiredValue(_topic));
        if (log.OwnerOf(topic.Name) is { } pipeline)
            throw new ToolException(
                $"Topic '{topic.Name}': pipeline '{pipeline}' keeps its state there. 'dataflow pipelines forget' deletes all of it.");
        var trims = topic.Partitions(asked.GetValue(_partition)).Select(partition => new Trim(
            partition, topic.StartOffset(partition), asked.GetValue(_before).In(topic, partition))).ToList();
        if (!asked.GetValue(_dryRun))
            foreach (var trim in trims) await log.TrimAsync(topic.Name, trim.Partition, trim.To, cancellationToken).ConfigureAwait(false);
        var isDone = !asked.GetValue(_dryRun);
        Show(asked, new { topic = topic.Name, isDone, partitions = trims }, _ => $"{Text(trims)}{Wording.Done(isDone)}");
        return ExitCode.Well;
    }

    private static string Text(List<Trim> trims)
    {
        var table = new Table("partition", "from", "to", "records deleted");
        foreach (var trim in trims) table.Add(trim.Partition, trim.From, trim.To, trim.Records);
        return table.ToString();
    }

    private sealed record Trim(int Partition, long From, long To)
    {
        public long Records => To - From;
    }
}
