using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>Looks at the topics of a source from time to time, while one of its partitions is read.</summary>
/// <remarks>It finds partitions that were added, a topic that was created anew, and a cluster that is gone for so long that the job should
/// say so.</remarks>
internal sealed class TopicWatch(
    KafkaCluster kafka, TopicNames names, PartitionConsumer partition, FoundTopic topic, SourceSplit split, TimeProvider time)
{
    private const string IntervalSetting = "topic.metadata.refresh.interval.ms";
    private const int UsualIntervalMs = 300_000; // librdkafka's
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(2);

    private readonly TimeSpan _interval = TimeSpan.FromMilliseconds(kafka.Number(IntervalSetting, UsualIntervalMs));
    private long _lastLook = time.GetTimestamp();
    private Task<IReadOnlyList<FoundTopic>>? _look;
    private long? _failsSince;

    /// <summary>Takes the result of a look, or begins one that is due.</summary>
    /// <exception cref="ConnectorException">The job must not go on as it does.</exception>
    public void Check()
    {
        if (_look is null)
        {
            if (!partition.TakeLost() && time.GetElapsedTime(_lastLook) < (_failsSince is null ? _interval : AgainAfter)) return;
            _look = Task.Run(() => partition.Find(names, LongestLook));
        }

        if (!_look.IsCompleted) return;
        var look = _look;
        (_look, _lastLook) = (null, time.GetTimestamp());
        if (look.Exception?.InnerException is { } error) Fail(error);
        else Compare(look.Result);
    }

    /// <summary>Waits for the end of a look, which uses the partition's client.</summary>
    public void Close() => _look?.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();

    private void Fail(Exception error)
    {
        var named = error is KafkaException { Error: var cause } ? KafkaErrors.Of(kafka, $"topic '{topic.Name}'", cause) : error;
        _failsSince ??= _lastLook;
        if (named is not ConnectorException { IsTransient: true } || time.GetElapsedTime(_failsSince.Value) >= kafka.Timeout) throw named;
    }

    private void Compare(IReadOnlyList<FoundTopic> topics)
    {
        _failsSince = null;
        if (topics.FirstOrDefault(found => found.Name == topic.Name)?.Id != topic.Id) throw KafkaErrors.Recreated(kafka, split.Name);
        var partitions = topics.Sum(static found => found.Partitions);
        if (split.End is null && partitions > split.Count) throw KafkaErrors.Grown(kafka, names, split.Count, partitions);
    }
}
