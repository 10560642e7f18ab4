using System.Globalization;
using Dataflow.Dashboard.Api;
using Dataflow.Log;
using Microsoft.AspNetCore.Http;

namespace Dataflow.Dashboard;

/// <summary>Reads topics of a job's log.</summary>
internal static class TopicQueries
{
    private const int MaxTopics = 200;
    private const int MaxRecords = 200;
    private const int DefaultRecords = 20;
    private const int MaxSearched = 100_000;

    public static TopicListView List(PartitionedLog log)
        => new([.. log.ListTopics().Take(MaxTopics).Select(name => new TopicView(name, PartitionsOf(log.GetTopic(name))))]);

    public static TopicDescriptionView Describe(PartitionedLog log, string name)
    {
        var topic = Find(log, name);
        var (keys, values) = TopicForm.Of(log, name);
        var settings = topic.Settings;
        return new(
            name, new((long?)settings.RetentionTime?.TotalMilliseconds, settings.RetentionBytes, settings.SegmentBytes),
            PartitionsOf(topic), TopicFormView.Of(keys), TopicFormView.Of(values));
    }

    /// <summary>Reads the newest records of a partition, or those from an offset on: <c>?partition=0&amp;from=10&amp;count=20</c>. With
    /// <c>&amp;key=ada</c> the newest whose key has that text, of so many records as are searched.</summary>
    public static RecordListView Tail(PartitionedLog log, string name, IQueryCollection query, bool showsValues)
    {
        if (!showsValues)
            throw new RefusedException(403, "Values may be personal, and this dashboard does not show them. Start it with ShowsValues.");
        var topic = Find(log, name);
        var partition = Number(query, "partition", 0, topic.PartitionCount - 1) ?? 0;
        var count = Number(query, "count", 1, MaxRecords) ?? DefaultRecords;
        var (start, end) = topic.Ranges()[(int)partition];
        var key = query["key"].ToString();
        var back = key.Length == 0 ? count : MaxSearched;
        var from = Number(query, "from", 0, long.MaxValue) is { } asked ? Math.Clamp(asked, start, end) : Math.Max(start, end - back);
        using var reader = log.OpenReader(name, (int)partition, from);
        return new(name, (int)partition, from, [.. Read(reader, end, back, key, (int)count).Items]);
    }

    private static LogTopic Find(PartitionedLog log, string name)
        => log.TryGetTopic(name, out var topic) ? topic : throw new RefusedException(404, "There is no such topic.");

    private static IReadOnlyList<PartitionView> PartitionsOf(LogTopic topic)
        => [.. topic.Ranges().Select(static range => new PartitionView(range.Start, range.End))];

    /// <summary>Reads some records up to an end; returns the last of those whose key has a text.</summary>
    private static Bounded<RecordView> Read(PartitionReader reader, long end, long most, string key, int count)
    {
        var found = new Bounded<RecordView>(count);
        var left = most;
        while (left > 0 && reader.TryReadBefore(end, out var batch))
        {
            foreach (var record in batch)
            {
                if (left-- <= 0) break;
                if (!IsOf(in record, key)) continue;
                found.Add(new(
                    record.Offset, record.Timestamp, record.HasKey ? ValueText.Of(record.Key) : null,
                    record.HasValue ? ValueText.Of(record.Value) : null, record.Value.Length));
            }
        }

        return found;
    }

    private static bool IsOf(in LogRecord record, string key)
        => key.Length == 0 || (record.HasKey && ValueText.Of(record.Key).Contains(key, StringComparison.Ordinal));

    private static long? Number(IQueryCollection query, string name, long min, long max)
    {
        if (!query.TryGetValue(name, out var text)) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number : throw new RefusedException(422, $"'{name}' must be a number from {min} to {max}.");
    }
}
