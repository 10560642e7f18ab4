using Dataflow.Cli.Logs;
using Dataflow.Cli.Processes;
using Dataflow.Log;

namespace Dataflow.Cli.Topics;

/// <summary>Lists the topics of a log.</summary>
internal sealed class ListTopics : SharedCommand
{
    private readonly Option<string?> _job;

    public ListTopics(Terminal terminal)
        : base(terminal, "list", "List the topics of a log.") => _job = AddJobOption();

    public override string Example => "dataflow topics list --log data";

    protected override Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var topics = log.Topics.OrderBy(static topic => topic.Name, StringComparer.Ordinal)
            .Select(static topic => new TopicRow(topic.Name, topic.PartitionCount, topic.Records())).ToList();
        Show(asked, topics, Text);
        return Task.FromResult(ExitCode.Well);
    }

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var job = await JobPathAsync(api, asked.GetValue(_job), cancellationToken).ConfigureAwait(false);
        var topics = new List<TopicRow>();
        foreach (var topic in await LiveTopic.AllAsync(api, job, cancellationToken).ConfigureAwait(false))
            topics.Add(new(topic.Name, topic.Partitions.Count, topic.Partitions.Sum(static range => range.End - range.Start)));
        Show(asked, topics, Text);
        return ExitCode.Well;
    }

    private static string Text(List<TopicRow> topics)
    {
        var table = new Table("topic", "partitions", "records");
        foreach (var topic in topics) table.Add(topic.Topic, topic.Partitions, topic.Records);
        return table.ToString();
    }

    private sealed record TopicRow(string Topic, int Partitions, long Records);
}
