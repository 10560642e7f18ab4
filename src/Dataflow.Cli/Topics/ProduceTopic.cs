using System.Text.Json;
using Dataflow.Cli.Logs;
using Dataflow.Log;

namespace Dataflow.Cli.Topics;

/// <summary>Writes records to a topic: those of the lines of the input.</summary>
internal sealed class ProduceTopic : LogCommand
{
    private readonly Argument<string> _topic;
    private readonly Option<bool> _keepsJson = new("--as-json")
    {
        Description = "Write objects, arrays and numbers as JSON. Default: as MessagePack, as pipelines do.",
    };

    public ProduceTopic(Terminal terminal)
        : base(
            terminal, "produce",
            "Write the records of the input to a topic, all or, if a line is wrong, none. A line is JSON as 'topics tail --json' shows it: "
                + "{\"key\": …, \"value\": …}, perhaps with \"time\" and \"partition\"; without value the key is deleted.")
    {
        _topic = AddArgument("TOPIC", "The topic's name.");
        Add(_keepsJson);
    }

    public override string Example => "dataflow topics produce orders --log data";

    protected override async Task<int> RunAsync(LogStore log, ParseResult asked, CancellationToken cancellationToken)
    {
        var topic = log.Find(asked.GetRequiredValue(_topic));
        if (log.OwnerOf(topic.Name) is { } pipeline)
            throw new ToolException($"Topic '{topic.Name}': pipeline '{pipeline}' keeps its state there. Nobody else may write to it.");
        var records = new RecordBuffer[topic.PartitionCount];
        for (var partition = 0; partition < records.Length; partition++) records[partition] = new RecordBuffer();
        for (var number = 1; await Terminal.In.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (!TryAdd(records, line, asked.GetValue(_keepsJson)))
                throw new ToolException($"Line {number}: it is no record of topic '{topic.Name}'. See --help. Nothing was written.");
        }

        var written = records.Sum(static part => (long)part.Count);
        await CommitAsync(log, topic, records).ConfigureAwait(false);
        Show(asked, new { topic = topic.Name, records = written }, static found => $"Wrote {found.records} records.\n");
        return ExitCode.Well;
    }

    private static bool TryAdd(RecordBuffer[] records, string line, bool keepsJson)
    {
        try
        {
            return NewRecord.Read(line, records.Length, keepsJson) is { } record && record.AddTo(records[record.Partition]);
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    private static async Task CommitAsync(LogStore log, LogTopic topic, RecordBuffer[] records)
    {
        var commit = new LogCommit();
        foreach (var (partition, part) in records.Index().Where(static part => part.Item.Count > 0)) commit.Add(topic, partition, part);
        if (commit.Bytes > 0) await log.CommitAsync(commit).ConfigureAwait(false);
    }
}
