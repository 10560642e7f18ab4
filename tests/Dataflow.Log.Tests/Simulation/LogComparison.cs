using Dataflow.Testing.Disks;

namespace Dataflow.Log.Tests.Simulation;

/// <summary>Compares a log, read as any program reads it, with a model.</summary>
internal static class LogComparison
{
    /// <summary>Says where the log differs from the model first; null when it does not.</summary>
    public static string? FirstDifference(LogStore store, LogModel model)
    {
        var names = store.Topics.Select(topic => topic.Name).Order(StringComparer.Ordinal).ToList();
        if (!names.SequenceEqual(model.Topics.Keys.Order(StringComparer.Ordinal)))
            return $"topics {string.Join(", ", names)}, not {string.Join(", ", model.Topics.Keys)}";

        foreach (var (name, partitions) in model.Topics)
        {
            var topic = store.GetTopic(name);
            if (topic.PartitionCount != partitions.Count)
                return $"topic {name} has {topic.PartitionCount} partitions, not {partitions.Count}";
            for (var index = 0; index < partitions.Count; index++)
                if (FirstDifference(store, topic, index, partitions[index]) is { } difference)
                    return $"{name}[{index}] {difference}";
        }

        foreach (var group in model.GroupOffsets.Keys.Select(key => key.Group).Distinct())
            foreach (var (name, partitions) in model.Topics)
                for (var index = 0; index < partitions.Count; index++)
                {
                    var offset = store.GetGroupOffset(group, name, index);
                    long? expected = model.GroupOffsets.TryGetValue((group, name, index), out var known) ? known : null;
                    if (offset != expected) return $"{group} is at {name}[{index}]@{offset}, not at {expected}";
                }
        return null;
    }

    /// <summary>Says which segment file has bytes that were never committed, as Kafka's tools would read them.</summary>
    public static string? FirstStray(LogStore store, SimulatedFileSystem disk)
    {
        var known = store.Topics.Cast<StoreTopic>().SelectMany(topic => topic.Partitions).ToList();
        var topics = Path.Combine(store.Directory, "topics");
        foreach (var directory in disk.List(topics).Select(name => Path.Combine(topics, name)))
            if (known.TrueForAll(partition => partition.Directory != directory) && disk.List(directory).Count > 0)
                return $"{directory} has files and is of no topic";

        foreach (var partition in known)
            foreach (var segment in partition.Segments)
            {
                using var file = disk.Open(segment.Path, FileMode.Open);
                if (file.Length != segment.VisibleBytes)
                    return $"{segment.Path} has {file.Length} bytes, {segment.VisibleBytes} were committed";
            }
        return null;
    }

    private static string? FirstDifference(LogStore store, LogTopic topic, int index, PartitionModel expected)
    {
        var (start, end) = (topic.StartOffset(index), topic.EndOffset(index));
        if (expected.IsRetained && start > expected.Start && start <= expected.End)
        {
            if (((StoreTopic)topic).PartitionAt(index).Bytes is < Workload.RetainedBytes and var bytes) return $"holds {bytes} bytes";
            expected = expected.TrimTo(start);
        }
        if ((start, end) != (expected.Start, expected.End))
            return $"holds {start} to {end}, not {expected.Start} to {expected.End}";

        using var reader = store.OpenReader(topic.Name, index, start);
        var offset = start;
        using var records = expected.Records.GetEnumerator();
        while (reader.TryRead(out var batch))
            foreach (var record in batch)
            {
                if (record.Offset != offset) return $"has {record.Offset} where {offset} should be";
                if (!records.MoveNext()) return $"has more records than offsets at {offset}";
                if (!IsSame(record, records.Current)) return $"has other contents at {offset}";
                offset++;
            }
        return offset == end ? null : $"ends at {offset}, not at {end}";
    }

    private static bool IsSame(LogRecord record, ModelRecord expected)
        => record.Timestamp == expected.Timestamp
            && record.HasKey == expected.Key is not null
            && record.HasValue == expected.Value is not null
            && record.Key.Span.SequenceEqual(expected.Key)
            && record.Value.Span.SequenceEqual(expected.Value);
}
