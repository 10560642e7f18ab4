using System.Globalization;
using System.Text;
using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>The offsets of a group: the records of a compacted topic, each written in the transaction of its commit.</summary>
/// <remarks>Not Kafka's own group offsets: those expire, and librdkafka may wait for ever for the answer to one in a transaction. A topic
/// for each group: an open transaction of another writer would hide the last records.</remarks>
internal sealed class GroupOffsets(KafkaLog log, string group) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _offsets = new(StringComparer.Ordinal);
    private PartitionReader? _reader;

    public static string TopicOf(string group) => $"dataflow.{group}.offsets";

    public static (byte[] Key, byte[] Value) RecordOf(GroupOffset offset)
        => (Encoding.UTF8.GetBytes(KeyOf(offset.Topic, offset.Partition)),
            Encoding.UTF8.GetBytes(offset.Offset.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Returns the last committed offsets of the first partitions of a topic.</summary>
    /// <exception cref="LogException">The cluster does not answer.</exception>
    public IReadOnlyList<long?> Find(string topic, IEnumerable<int> partitions)
    {
        lock (_lock)
        {
            if (!log.TryGetTopic(TopicOf(group), out var offsets)) return [.. partitions.Select(static _ => default(long?))];
            try
            {
                ReadOn(offsets);
            }
            catch
            {
                Dispose(); // the next question begins anew: the connection may be lost
                throw;
            }

            return [.. partitions.Select(
                partition => _offsets.TryGetValue(KeyOf(topic, partition), out var offset) ? offset : default(long?))];
        }
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _reader = null;
    }

    private void ReadOn(LogTopic offsets)
    {
        _reader ??= log.OpenReader(offsets.Name, 0, offsets.StartOffset(0));
        while (_reader.TryReadBefore(offsets.EndOffset(0), out var batch))
        {
            foreach (var record in batch)
            {
                _offsets[Encoding.UTF8.GetString(record.Key.Span)]
                    = long.Parse(record.Value.Span, NumberStyles.None, CultureInfo.InvariantCulture);
            }
        }
    }

    private static string KeyOf(string topic, int partition) => $"{topic}:{partition}";
}
