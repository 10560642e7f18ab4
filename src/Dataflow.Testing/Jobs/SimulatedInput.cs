using Dataflow.Log;

namespace Dataflow.Testing;

/// <summary>The records of all topics as they were filled, so that a part of them can be written alone.</summary>
internal sealed class SimulatedInput
{
    private readonly List<(string Topic, int Partitions)> _topics = [];
    private readonly List<(string Topic, int Partition, long Timestamp, byte[]? Key, byte[]? Value)> _records = [];

    public SimulatedInput(Action<LogStore> fill)
    {
        using var log = SimulatedJob.OpenLog();
        fill(log);
        foreach (var topic in log.Topics.OrderBy(static topic => topic.Name, StringComparer.Ordinal))
        {
            _topics.Add((topic.Name, topic.PartitionCount));
            for (var partition = 0; partition < topic.PartitionCount; partition++) Read(log, topic, partition);
        }
    }

    public int Count => _records.Count;

    /// <summary>Writes some of the records, in their original order.</summary>
    public void WriteTo(LogStore log, IReadOnlyList<int> records)
    {
        var commit = new LogCommit();
        foreach (var (topic, partitions) in _topics) log.CreateTopicAsync(topic, partitions).AsTask().GetAwaiter().GetResult();
        foreach (var ofPartition in records.Select(at => _records[at]).GroupBy(static record => (record.Topic, record.Partition)))
        {
            var buffer = new RecordBuffer();
            foreach (var (_, _, timestamp, key, value) in ofPartition)
            {
                if (value is null) buffer.AppendTombstone(timestamp, key);
                else if (key is null) buffer.Append(timestamp, value);
                else buffer.Append(timestamp, key, value);
            }

            commit.Add(log.GetTopic(ofPartition.Key.Topic), ofPartition.Key.Partition, buffer);
        }

        log.CommitAsync(commit).AsTask().GetAwaiter().GetResult();
    }

    private void Read(LogStore log, LogTopic topic, int partition)
    {
        using var reader = log.OpenReader(topic.Name, partition, topic.StartOffset(partition));
        while (reader.TryRead(out var batch))
        {
            foreach (var record in batch)
            {
                _records.Add((topic.Name, partition, record.Timestamp,
                    record.HasKey ? record.Key.ToArray() : null, record.HasValue ? record.Value.ToArray() : null));
            }
        }
    }
}
