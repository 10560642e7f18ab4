using System.Buffers;
using Dataflow.Log;

namespace Dataflow;

static partial class Verbs
{
    extension(PartitionedLog log)
    {
        /// <summary>Opens a writer for a topic, which is created if it is missing.</summary>
        /// <remarks>A pipeline's <c>UseSerde</c> and <c>KeyBy</c> do not apply to a writer: give the topic and the keys their serdes
        /// here.</remarks>
        /// <param name="topic">The topic.</param>
        /// <param name="keys">The serde of the keys; <see cref="Serde{T}.Default"/> unless given.</param>
        /// <param name="time">The clock for records without a time; the system's unless given.</param>
        /// <param name="carriesTrace">Whether each record carries the trace of the caller, that of the current activity, in the headers
        /// <c>traceparent</c> and <c>tracestate</c> of W3C Trace Context.</param>
        /// <param name="cancellationToken">Ends the wait.</param>
        /// <exception cref="PlanException">There is no serde for the type of the key or of the value, or keys or values of another form are
        /// in the topic.</exception>
        /// <exception cref="LogException">The log failed or is full.</exception>
        /// <example><code>
        /// await using (var writer = await log.OpenWriterAsync&lt;string, Order>(topic))
        ///     await writer.WriteAsync("eve", new Order(2, "eve", "tea", 4));
        /// </code></example>
        public async Task<TopicWriter<TKey, T>> OpenWriterAsync<TKey, T>(
            Topic<T> topic, Serde<TKey>? keys = null, TimeProvider? time = null, bool carriesTrace = false,
            CancellationToken cancellationToken = default)
            where TKey : notnull
        {
            ArgumentNullException.ThrowIfNull(log);
            ArgumentNullException.ThrowIfNull(topic);
            var (codec, values) = (keys is null ? KeyCodec<TKey>.Default : KeyCodec<TKey>.Of(keys), topic.Serde);
            if (!log.TryGetTopic(topic.Name, out var found))
                found = await log.CreateTopicAsync(topic.Name, topic.Partitions, cancellationToken).ConfigureAwait(false);
            await TopicValues.Of(found.Name, values).WithKeys(codec).KeepAsync(log, cancellationToken).ConfigureAwait(false);
            return new TopicWriter<TKey, T>(log.CreateProducer(found.Name), codec, values, time ?? TimeProvider.System, carriesTrace);
        }
    }
}

/// <summary>Writes keys and values to a topic, in the form in which pipelines write and read them.</summary>
/// <remarks>Safe for several threads. Concurrent writes share one commit: for throughput, have many writes in flight. Records of a key keep
/// the order of the calls. Dispose the writer before its log.</remarks>
public sealed class TopicWriter<TKey, T> : IAsyncDisposable
    where TKey : notnull
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_key;
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_value;

    private readonly LogProducer _producer;
    private readonly KeyCodec<TKey> _keys;
    private readonly Serde<T> _values;
    private readonly TimeProvider _time;
    private readonly bool _carriesTrace;

    internal TopicWriter(LogProducer producer, KeyCodec<TKey> keys, Serde<T> values, TimeProvider time, bool carriesTrace)
        => (_producer, _keys, _values, _time, _carriesTrace) = (producer, keys, values, time, carriesTrace);

    /// <summary>Writes a value with its key; completes when the value is durable as <see cref="LogOptions.Durability"/> says.</summary>
    /// <param name="key">The key, which decides the partition, as in pipelines and Kafka's producers.</param>
    /// <param name="value">The value; encoded before the call returns.</param>
    /// <param name="time">The record's time; that of the clock unless given.</param>
    /// <param name="headers">Names and bytes beside the value.</param>
    /// <param name="cancellationToken">Ends the wait. A record that was accepted is still written.</param>
    /// <exception cref="LogFullException">The disk is full. The record is kept, and the next write retries it.</exception>
    /// <exception cref="LogException">The log failed, or the record is too large.</exception>
    public Task WriteAsync(
        TKey key, T value, DateTimeOffset? time = null, ReadOnlyMemory<RecordHeader> headers = default,
        CancellationToken cancellationToken = default)
    {
        var bytes = Emptied(ref t_value);
        _values.Write(value, bytes);
        return AppendAsync(key, bytes.WrittenMemory, time, headers, cancellationToken);
    }

    /// <summary>Writes the deletion of a key: a record without a value, which deletes its row where the topic is read as a table.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    public Task DeleteAsync(
        TKey key, DateTimeOffset? time = null, ReadOnlyMemory<RecordHeader> headers = default,
        CancellationToken cancellationToken = default)
        => AppendAsync(key, null, time, headers, cancellationToken);

    /// <summary>Waits for the writes in flight.</summary>
    public ValueTask DisposeAsync() => _producer.DisposeAsync();

    private Task AppendAsync(
        TKey key, ReadOnlyMemory<byte>? value, DateTimeOffset? time, ReadOnlyMemory<RecordHeader> headers,
        CancellationToken cancellationToken)
    {
        if (_carriesTrace) headers = RecordTraces.Carry(headers);
        var bytes = Emptied(ref t_key);
        _keys.WriteNormal(key, bytes);
        var partition = KafkaPartitioner.Partition(bytes.WrittenSpan, _producer.Topic.PartitionCount);
        var timestamp = (time ?? _time.GetUtcNow()).ToUnixTimeMilliseconds();
        var isTaken = value is { } written
            ? _producer.TryAppend(partition, timestamp, bytes.WrittenSpan, written.Span, headers.Span)
            : _producer.TryAppendTombstone(partition, timestamp, bytes.WrittenSpan, headers.Span);
        // The buffers belong to the thread: a write that has to wait copies them.
        return isTaken
            ? _producer.FlushAsync(cancellationToken).AsTask()
            : AppendLaterAsync(partition, timestamp, bytes.WrittenSpan.ToArray(), value?.ToArray(), headers, cancellationToken);
    }

    private async Task AppendLaterAsync(
        int partition, long timestamp, byte[] key, byte[]? value, ReadOnlyMemory<RecordHeader> headers, CancellationToken cancellationToken)
    {
        if (value is null)
            await _producer.AppendTombstoneAsync(partition, timestamp, key, headers, cancellationToken).ConfigureAwait(false);
        else await _producer.AppendAsync(partition, timestamp, key, value, headers, cancellationToken).ConfigureAwait(false);
        await _producer.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static ArrayBufferWriter<byte> Emptied(ref ArrayBufferWriter<byte>? buffer)
    {
        buffer ??= new ArrayBufferWriter<byte>();
        buffer.ResetWrittenCount();
        return buffer;
    }
}
