using Dataflow.Log;

namespace Dataflow.Extensibility;

/// <summary>The records that a sink has for a topic of the job's log, by partition, until the next checkpoint commits them.</summary>
/// <param name="topic">The topic.</param>
public sealed class TopicRecords(LogTopic topic) : IDisposable
{
    private readonly RecordBuffer?[] _partitions = new RecordBuffer?[topic.PartitionCount];

    /// <summary>The size of all records.</summary>
    public long Bytes => _partitions.Sum(static records => (long)(records?.Bytes ?? 0));

    /// <summary>Returns the records of a partition, to add one: not valid after <see cref="AppendTo"/>.</summary>
    public RecordBuffer In(int partition) => _partitions[partition] ??= new RecordBuffer();

    /// <summary>Hands all records to a checkpoint, and begins anew.</summary>
    public void AppendTo(CheckpointOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        for (var partition = 0; partition < _partitions.Length; partition++)
        {
            if (_partitions[partition] is not { } records) continue;
            output.Append(topic, partition, records);
            _partitions[partition] = null;
        }
    }

    /// <summary>Gives the memory of records back that no checkpoint has taken.</summary>
    public void Dispose()
    {
        foreach (var records in _partitions) records?.Dispose();
    }
}
