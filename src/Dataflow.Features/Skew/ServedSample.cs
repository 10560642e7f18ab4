using System.Buffers;
using Dataflow.Log;

namespace Dataflow.Features;

/// <summary>Writes a sample of a service's answers to a topic, where <c>FindSkew</c> compares them.</summary>
/// <remarks>Safe for several threads. A call never waits: an answer that finds too much pending, or a failed log, is dropped and
/// counted.</remarks>
public sealed class ServedSample<TRequest> : IAsyncDisposable
{
    private const uint HashRange = 1 << 20;

    private readonly LogProducer _producer;
    private readonly Serde<Served<TRequest>> _serde = Serde<Served<TRequest>>.Default;
    private readonly Func<TRequest, string> _by;
    private readonly TimeProvider _time;
    private readonly double _max;
    private long _kept;
    private long _dropped;

    private ServedSample(LogProducer producer, double share, Func<TRequest, string> by, TimeProvider time)
    {
        _producer = producer;
        _by = by;
        _time = time;
        _max = share * HashRange;
    }

    /// <summary>The number of answers written.</summary>
    public long Kept => Volatile.Read(ref _kept);

    /// <summary>The number of sampled answers that could not be written.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Opens a sample; creates its topic if it is missing.</summary>
    /// <param name="log">The log.</param>
    /// <param name="topic">The topic for the answers.</param>
    /// <param name="share">The share of the keys whose answers are written, above 0, up to 1.</param>
    /// <param name="by">Selects the key of the sample: all answers of a key are written, or none, so that its history can be followed. A
    /// key's answers keep their order.</param>
    /// <param name="time">The clock for the records' times; the system's unless given.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<ServedSample<TRequest>> OpenAsync(
        PartitionedLog log, Topic<Served<TRequest>> topic, double share, Func<TRequest, string> by, TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(topic);
        ArgumentNullException.ThrowIfNull(by);
        if (share is not (> 0 and <= 1))
            throw new ArgumentOutOfRangeException(
                nameof(share), share, "A share lies above 0 and goes up to 1: 0.01 keeps one key in a hundred.");
        if (!log.TryGetTopic(topic.Name, out _))
            await log.CreateTopicAsync(topic.Name, topic.Partitions, cancellationToken).ConfigureAwait(false);
        return new(log.CreateProducer(topic.Name), share, by, time ?? TimeProvider.System);
    }

    /// <summary>Writes an answer if its key is in the sample.</summary>
    /// <param name="request">The request.</param>
    /// <param name="answer">The answer of <see cref="FeatureReader{TRequest}.Read(TRequest, DateTimeOffset?, FeatureVector?)"/>.</param>
    public void Add(TRequest request, FeatureVector answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var key = System.Text.Encoding.UTF8.GetBytes(_by(request));
        var hash = KafkaPartitioner.Hash(key);
        if (hash % HashRange >= _max) return;
        var bytes = new ArrayBufferWriter<byte>();
        _serde.Write(new(new FeatureRow<TRequest>(request, [.. answer.Values], answer.Positions, default)), bytes);
        var partition = KafkaPartitioner.Partition(key, _producer.Topic.PartitionCount);
        try
        {
            var isKept = _producer.TryAppend(partition, _time.GetUtcNow().ToUnixTimeMilliseconds(), key, bytes.WrittenSpan);
            Interlocked.Increment(ref isKept ? ref _kept : ref _dropped);
        }
        catch (Exception error) when (error is LogException or ObjectDisposedException)
        {
            Interlocked.Increment(ref _dropped); // an answer must not fail because its copy cannot be kept
        }
    }

    /// <summary>Waits until all accepted answers are durable.</summary>
    public ValueTask DisposeAsync() => _producer.DisposeAsync();
}
