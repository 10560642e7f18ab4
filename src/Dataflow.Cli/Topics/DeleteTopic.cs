using System.Text.Json;
using Dataflow.Cli.Logs;
using Dataflow.Cli.Processes;
using Dataflow.Log;

namespace Dataflow.Cli.Topics;

/// <summary>Deletes a topic that nobody needs.</summary>
internal sealed class DeleteTopic : SharedCommand
{
    private readonly Argument<string> _topic;
    private readonly Option<bool> _dryRun = Wording.DryRunOption();
    private readonly Option<string?> _job;
    private readonly Option<string?> _actionToken = AddressOptions.ActionTokenOption();

    public DeleteTopic(Terminal terminal)
        : base(
            terminal, "delete",
            "Delete a topic, for good, with the offsets that groups have in it. Refused while a job reads or writes it, a pipeline's "
                + "checkpoint needs it or dead letters name its records.")
    {
        _topic = AddArgument("TOPIC", "The topic's name.");
        Add(_dryRun);
        _job = AddJobOption();
        Add(_actionToken);
    }

    public override string Example => "dataflow topics delete orders-old --dry-run --log data";

    protected override async Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var topic = log.Find(asked.GetRequiredValue(_topic));
        var found = new Deletion(topic.Name, topic.PartitionCount, topic.Records(), IsDone: !asked.GetValue(_dryRun));
        if (found.IsDone)
            await TopicDeletion.RunAsync(log, topic.Name, cancellationToken).ConfigureAwait(false);
        else if (TopicDeletion.ReasonsAgainst(log, topic.Name) is { Count: > 0 } reasons)
            throw new ToolException($"Topic '{topic.Name}': it would not be deleted. {string.Join(" ", reasons)}");
        Show(asked, found, Text);
        return ExitCode.Well;
    }

    protected override async Task<int> RunAsync(AdminApi api, ParseResult asked, CancellationToken cancellationToken)
    {
        var job = await JobPathAsync(api, asked.GetValue(_job), cancellationToken).ConfigureAwait(false);
        var name = Uri.EscapeDataString(asked.GetRequiredValue(_topic));
        var path = $"{job}/topics/{name}/delete?name={name}{(asked.GetValue(_dryRun) ? "&dryRun=true" : "")}";
        var token = AddressOptions.ActionToken(asked.GetValue(_actionToken));
        var answer = await api.SendAsync(HttpMethod.Post, path, token, cancellationToken).ConfigureAwait(false);
        Show(asked, answer.Deserialize<Deletion>(JsonSerializerOptions.Web)!, Text);
        return ExitCode.Well;
    }

    private static string Text(Deletion found)
        => $"{new Table("topic", "partitions", "records deleted").Add(found.Topic, found.Partitions, found.Records)}"
            + Wording.Done(found.IsDone);

    private sealed record Deletion(string Topic, int Partitions, long Records, bool IsDone);
}
