using Dataflow.Cli.Logs;
using Dataflow.Log;

namespace Dataflow.Cli.Topics;

/// <summary>Creates a topic.</summary>
internal sealed class CreateTopic : LogCommand
{
    private readonly Argument<string> _topic;
    private readonly Option<int> _partitions = new("--partitions")
    {
        Description = "The number of partitions, which never changes.", HelpName = "N", DefaultValueFactory = static _ => 1,
    };

    public CreateTopic(Terminal terminal)
        : base(terminal, "create", "Create a topic that keeps its records for ever.")
    {
        _topic = AddArgument("TOPIC", "The topic's name.");
        _partitions.Validators.Add(static asked =>
        {
            if (asked.GetValueOrDefault<int>() < 1) asked.AddError("--partitions must be 1 or more.");
        });
        Add(_partitions);
    }

    public override string Example => "dataflow topics create orders --partitions 4 --log data";

    protected override async Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var name = asked.GetRequiredValue(_topic);
        if (log.TryGetTopic(name, out var there))
            throw new ToolException($"Topic '{name}': it exists, with {there.PartitionCount} partitions.");
        var topic = await log.CreateTopicAsync(name, asked.GetValue(_partitions), cancellationToken).ConfigureAwait(false);
        Show(asked, new { topic = name, partitions = topic.PartitionCount }, static made =>
            $"Topic '{made.topic}' has {made.partitions} partitions.\n");
        return ExitCode.Well;
    }
}
