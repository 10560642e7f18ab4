using Dataflow.Cli.Logs;
using Dataflow.Log;

namespace Dataflow.Cli.Topics;

/// <summary>Lists the topics of a log.</summary>
internal sealed class ListTopics(Terminal terminal) : LogCommand(terminal, "list", "List the topics of a log.")
{
    public override string Example => "dataflow topics list --log data";

    protected override Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var topics = log.Topics.OrderBy(static topic => topic.Name, StringComparer.Ordinal)
            .Select(static topic => new TopicRow(topic.Name, topic.PartitionCount, topic.Records())).ToList();
        Show(asked, topics, Text);
        return Task.FromResult(ExitCode.Well);
    }

    private static string Text(List<TopicRow> topics)
    {
        var table = new Table("topic", "partitions", "records");
        foreach (var topic in topics) table.Add(topic.Topic, topic.Partitions, topic.Records);
        return table.ToString();
    }

    private sealed record TopicRow(string Topic, int Partitions, long Records);
}
