using System.Text.Json;
using Dataflow.Cli.Logs;
using Dataflow.Log;

namespace Dataflow.Cli.Topics;

/// <summary>Reads records of a topic, those only whose key or value has a text in it.</summary>
internal sealed class RecordSearch(LogStore log, LogTopic topic, string? grep, Progress progress, CancellationToken cancellationToken)
{
    public static Option<int?> PartitionOption()
        => new("--partition") { Description = "Only this partition.", HelpName = "P" };

    public static Option<string?> GrepOption()
        => new("--grep") { Description = "Only records whose key or value has this text in it, as it is shown.", HelpName = "TEXT" };

    /// <summary>Reads records of a partition from a place on; from the end: the newest.</summary>
    public IEnumerable<FoundRecord> Read(int partition, Place from, int max)
    {
        if (!from.IsEnd) return ReadAll(partition, from.In(topic, partition)).Take(max);
        var (start, end) = (topic.StartOffset(partition), topic.EndOffset(partition));
        return ReadAll(partition, grep is null ? Math.Max(start, end - max) : start).TakeLast(max);
    }

    public IEnumerable<FoundRecord> ReadAll(int partition, long from)
    {
        using var reader = log.OpenReader(topic.Name, partition, from);
        var end = topic.EndOffset(partition);
        while (reader.TryReadBefore(end, out var batch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var found in Of(batch, partition)) yield return found;
            progress.Add(batch.Count);
        }
    }

    private List<FoundRecord> Of(RecordBatch batch, int partition)
    {
        var found = new List<FoundRecord>();
        foreach (var record in batch)
        {
            var read = FoundRecord.Of(partition, in record);
            if (grep is null || read.Has(grep)) found.Add(read);
        }

        return found;
    }
}

/// <summary>A record as it is shown.</summary>
internal sealed record FoundRecord(int Partition, long Offset, DateTimeOffset Time, JsonElement? Key, JsonElement? Value)
{
    public static FoundRecord Of(int partition, in LogRecord record) => new(
        partition, record.Offset, DateTimeOffset.FromUnixTimeMilliseconds(record.Timestamp),
        record.HasKey ? RecordJson.Of(record.Key) : null, record.HasValue ? RecordJson.Of(record.Value) : null);

    public bool Has(string text) => Has(Key, text) || Has(Value, text);

    private static bool Has(JsonElement? json, string text)
        => json is { } found && Json.Line(found).Contains(text, StringComparison.Ordinal);
}
