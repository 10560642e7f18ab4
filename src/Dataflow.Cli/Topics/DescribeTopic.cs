using Dataflow.Cli.Logs;
using Dataflow.Log;

namespace Dataflow.Cli.Topics;

/// <summary>Shows a topic's settings and the offsets of its partitions.</summary>
internal sealed class DescribeTopic : LogCommand
{
    private readonly Argument<string> _topic;

    public DescribeTopic(Terminal terminal)
        : base(terminal, "describe", "Show a topic's settings and the offsets of its partitions.")
        => _topic = AddArgument("TOPIC", "The topic's name.");

    public override string Example => "dataflow topics describe orders --log data";

    protected override Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var topic = log.Find(asked.GetRequiredValue(_topic));
        var partitions = topic.Partitions(null)
            .Select(number => new PartitionRow(number, topic.StartOffset(number), topic.EndOffset(number))).ToList();
        Show(asked, new TopicDescription(topic.Name, topic.Settings, partitions), Text);
        return Task.FromResult(ExitCode.Well);
    }

    private static string Text(TopicDescription found)
    {
        var settings = found.Settings;
        var table = new Table("partition", "start", "end", "records");
        foreach (var row in found.Partitions) table.Add(row.Partition, row.Start, row.End, row.Records);
        return $"Topic '{found.Topic}', retention {settings.RetentionTime?.ToString() ?? "of any time"}, "
            + $"{(settings.RetentionBytes is { } bytes ? $"{bytes} bytes" : "any size")}\n\n{table}";
    }

    private sealed record TopicDescription(string Topic, TopicSettings Settings, IReadOnlyList<PartitionRow> Partitions);

    private sealed record PartitionRow(int Partition, long Start, long End)
    {
        public long Records => End - Start;
    }
}
