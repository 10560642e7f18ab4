using Dataflow.Cli.Logs;
using Dataflow.Log;

namespace Dataflow.Cli.Topics;

/// <summary>Counts records of a topic.</summary>
internal sealed class CountTopic : LogCommand
{
    private readonly Argument<string> _topic;
    private readonly Option<int?> _partition = RecordSearch.PartitionOption();
    private readonly Option<string?> _grep = RecordSearch.GrepOption();

    public CountTopic(Terminal terminal)
        : base(terminal, "count", "Count the records of a topic; with --grep those that have a text in them.")
    {
        _topic = AddArgument("TOPIC", "The topic's name.");
        Add(_partition);
        Add(_grep);
    }

    public override string Example => "dataflow topics count orders --grep Berlin --log data";

    protected override Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var topic = log.Find(asked.GetRequiredValue(_topic));
        using var progress = new Progress(Terminal, "Records", topic.Records());
        var grep = asked.GetValue(_grep);
        var search = new RecordSearch(log, topic, grep, progress, cancellationToken);
        var records = topic.Partitions(asked.GetValue(_partition)).Sum(partition => grep is null
            ? topic.EndOffset(partition) - topic.StartOffset(partition)
            : search.ReadAll(partition, topic.StartOffset(partition)).LongCount());
        Show(asked, new { topic = topic.Name, records }, static found => $"{found.records}\n");
        return Task.FromResult(ExitCode.Well);
    }
}
