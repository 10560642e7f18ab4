using System.Globalization;
using System.Text;
using System.Text.Json;
using Dataflow.Log;
using Dataflow.Serialization;

namespace Dataflow.Planning;

/// <summary>The schemas under which values and keys were written to the topics of a log, in its topic <c>topic-schemas</c>.</summary>
/// <remarks>A record is the schema of a topic's values or of its keys, joined with those before: what reads it, reads all that was
/// written. Processes that start at once may each write one; so all records of a topic count, from the last that begins anew.</remarks>
internal static class TopicSchemas
{
    public const string TopicName = "topic-schemas";

    /// <summary>Writes records in one commit; nothing if there are none.</summary>
    /// <param name="log">The log.</param>
    /// <param name="changed">The records.</param>
    /// <param name="pipeline">The pipeline that writes, whose rights are to do; null: none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask WriteAsync(
        PartitionedLog log, IReadOnlyCollection<TopicSchema> changed, string? pipeline, CancellationToken cancellationToken)
    {
        if (changed.Count == 0) return;
        if (!log.TryGetTopic(TopicName, out var topic))
            topic = await log.CreateTopicAsync(TopicName, 1, cancellationToken).ConfigureAwait(false);
        var records = new RecordBuffer();
        foreach (var record in changed)
        {
            records.Append(
                0, Encoding.UTF8.GetBytes(record.Topic), JsonSerializer.SerializeToUtf8Bytes(record, SchemaJson.Default.TopicSchema));
        }

        // Of its own: several processes may write at once, and none is to shut out another.
        var commit = new LogCommit { Owner = pipeline is null ? null : $"{pipeline}.schemas.{Guid.NewGuid():n}" };
        commit.Add(topic, 0, records);
        await log.CommitAsync(commit, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads all records.</summary>
    /// <exception cref="LogException">A record is no schema that this version can read.</exception>
    public static IReadOnlyList<TopicSchema> Read(PartitionedLog log)
    {
        if (!log.TryGetTopic(TopicName, out var topic)) return [];
        var (start, end) = topic.Ranges()[0];
        var all = new List<TopicSchema>();
        using var reader = log.OpenReader(TopicName, 0, start);
        while (reader.TryReadBefore(end, out var batch))
        {
            foreach (var record in batch) all.Add(Read(record));
        }

        return all;
    }

    /// <summary>Returns what tells a topic from others of its name; null: it is not there.</summary>
    public static string? IdentityOf(PartitionedLog log, string topic)
        => !log.TryGetTopic(topic, out var found) ? null
            : log.GetTopicIdentity(topic) ?? found.Number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static TopicSchema Read(in LogRecord record)
    {
        try
        {
            var read = JsonSerializer.Deserialize(record.Value.Span, SchemaJson.Default.TopicSchema);
            if (read is { IsReadable: true }) return read;
        }
        catch (JsonException)
        {
        }

        throw new LogException($"Topic '{TopicName}', offset {record.Offset}: the record is no schema of a topic that this version of "
            + "Dataflow can read. Run the version that wrote it, or delete the topic: values are then not compared with older ones.");
    }
}
