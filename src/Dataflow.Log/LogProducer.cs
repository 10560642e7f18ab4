using System.Diagnostics;

namespace Dataflow.Log;

/// <summary>Collects records for one topic and commits them in groups: while one group is being written to disk the next one is
/// collected.</summary>
/// <remarks>Safe for several threads. It holds at most <see cref="LogOptions.MaxPendingBytes"/> unacknowledged; beyond that appends wait.
/// Records of one partition keep the order of the calls. A full disk ends nothing: a flush that meets it fails, and a later one tries
/// the same records again. After any other failure of a commit every call fails.</remarks>
public sealed class LogProducer : IAsyncDisposable
{
    private readonly PartitionedLog _log;
    private readonly LogTopic _topic;
    private readonly string? _owner;
    private readonly long _maxPendingBytes;
    private readonly Lock _lock = new();
    private RecordBuffer?[] _gathering;
    private readonly Queue<(long Records, Completion Done)> _flushes = [];
    private readonly Queue<WaitingAppend> _waiting = []; // for room, in the order of the calls
    private LogCommit? _refused;
    private Exception? _failure;
    private long _appended;
    private long _acknowledged;
    private long _gatheringBytes;
    private long _inFlightBytes;
    private bool _pumping;

    internal LogProducer(PartitionedLog log, LogTopic topic, string? owner, long maxPendingBytes)
    {
        (_log, _topic, _owner, _maxPendingBytes) = (log, topic, owner, maxPendingBytes);
        _gathering = new RecordBuffer?[topic.PartitionCount];
    }

    /// <summary>The topic to which it appends.</summary>
    public LogTopic Topic => _topic;

    /// <summary>Appends a record without a key, unless too much is pending.</summary>
    /// <inheritdoc cref="TryAppend(int, long, ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{RecordHeader})"/>
    public bool TryAppend(int partition, long timestamp, ReadOnlySpan<byte> value, ReadOnlySpan<RecordHeader> headers = default)
        => TryAppend(partition, timestamp, default, -1, value, value.Length, headers);

    /// <summary>Appends a record with a key, unless too much is pending.</summary>
    /// <param name="partition">The partition's number, from 0; see <see cref="KafkaPartitioner"/>.</param>
    /// <param name="timestamp">Milliseconds since the Unix epoch.</param>
    /// <param name="key">Copied before the call returns; an empty key is a key.</param>
    /// <param name="value">Copied before the call returns.</param>
    /// <param name="headers">The headers, in the order in which readers get them; copied before the call returns.</param>
    /// <returns>False when <see cref="LogOptions.MaxPendingBytes"/> are pending: the record was not accepted.</returns>
    /// <exception cref="LogException">The producer failed earlier, the record is too large, or there is no such partition.</exception>
    public bool TryAppend(
        int partition, long timestamp, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReadOnlySpan<RecordHeader> headers = default)
        => TryAppend(partition, timestamp, key, key.Length, value, value.Length, headers);

    /// <summary>Appends a record with a key and no value, which marks the key as deleted, unless too much is pending.</summary>
    /// <inheritdoc cref="TryAppend(int, long, ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{RecordHeader})"/>
    public bool TryAppendTombstone(int partition, long timestamp, ReadOnlySpan<byte> key, ReadOnlySpan<RecordHeader> headers = default)
        => TryAppend(partition, timestamp, key, key.Length, default, -1, headers);

    /// <summary>Appends a record without a key, waiting while too much is pending.</summary>
    /// <inheritdoc cref="AppendAsync(int, long, ReadOnlyMemory{byte}, ReadOnlyMemory{byte}, ReadOnlyMemory{RecordHeader}, CancellationToken)"/>
    public ValueTask AppendAsync(int partition, long timestamp, ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default)
        => AppendAsync(partition, timestamp, value, headers: default, cancellationToken);

    /// <summary>Appends a record without a key, waiting while too much is pending.</summary>
    /// <inheritdoc cref="AppendAsync(int, long, ReadOnlyMemory{byte}, ReadOnlyMemory{byte}, ReadOnlyMemory{RecordHeader}, CancellationToken)"/>
    public ValueTask AppendAsync(
        int partition, long timestamp, ReadOnlyMemory<byte> value, ReadOnlyMemory<RecordHeader> headers,
        CancellationToken cancellationToken = default)
        => TryAppend(partition, timestamp, value.Span, headers.Span)
            ? default : AppendLaterAsync(partition, timestamp, null, value, headers, cancellationToken);

    /// <summary>Appends a record with a key, waiting while too much is pending.</summary>
    /// <inheritdoc cref="AppendAsync(int, long, ReadOnlyMemory{byte}, ReadOnlyMemory{byte}, ReadOnlyMemory{RecordHeader}, CancellationToken)"/>
    public ValueTask AppendAsync(
        int partition, long timestamp, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value, CancellationToken cancellationToken = default)
        => AppendAsync(partition, timestamp, key, value, headers: default, cancellationToken);

    /// <summary>Appends a record with a key, waiting while too much is pending.</summary>
    /// <param name="partition">The partition's number, from 0; see <see cref="KafkaPartitioner"/>.</param>
    /// <param name="timestamp">Milliseconds since the Unix epoch.</param>
    /// <param name="key">Copied before the task completes; an empty key is a key.</param>
    /// <param name="value">Copied before the task completes.</param>
    /// <param name="headers">The headers, in the order in which readers get them; copied before the task completes.</param>
    /// <param name="cancellationToken">Ends the wait; the record was not accepted.</param>
    /// <returns>Completes when the record is accepted; <see cref="FlushAsync"/> completes when it is durable. Calls that wait keep their
    /// order.</returns>
    /// <exception cref="LogException">The producer failed, the disk is full, the record is too large, or there is no such
    /// partition.</exception>
    public ValueTask AppendAsync(
        int partition,
        long timestamp,
        ReadOnlyMemory<byte> key,
        ReadOnlyMemory<byte> value,
        ReadOnlyMemory<RecordHeader> headers,
        CancellationToken cancellationToken = default)
        => TryAppend(partition, timestamp, key.Span, value.Span, headers.Span)
            ? default : AppendLaterAsync(partition, timestamp, key, value, headers, cancellationToken);

    /// <summary>Appends a record with a key and no value, which marks the key as deleted, waiting while too much is pending.</summary>
    /// <inheritdoc cref="AppendAsync(int, long, ReadOnlyMemory{byte}, ReadOnlyMemory{byte}, ReadOnlyMemory{RecordHeader}, CancellationToken)"/>
    public ValueTask AppendTombstoneAsync(
        int partition, long timestamp, ReadOnlyMemory<byte> key, ReadOnlyMemory<RecordHeader> headers = default,
        CancellationToken cancellationToken = default)
        => TryAppendTombstone(partition, timestamp, key.Span, headers.Span)
            ? default : AppendLaterAsync(partition, timestamp, key, null, headers, cancellationToken);

    /// <summary>Waits until everything appended before is acknowledged.</summary>
    /// <param name="cancellationToken">Ends the wait; the records are committed all the same.</param>
    /// <exception cref="LogFullException">The disk is full; the records are kept and the next flush retries them.</exception>
    /// <exception cref="LogFailedException">The log failed.</exception>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        Task done;
        lock (_lock)
        {
            if (_failure is not null) return ValueTask.FromException(_failure);
            if (_acknowledged == _appended) return default;
            var flush = new Completion(cancellationToken);
            _flushes.Enqueue((_appended, flush));
            done = flush.Task;
        }
        StartPump();
        return new(done);
    }

    /// <summary>Flushes, with the errors of <see cref="FlushAsync"/>. The log stays open.</summary>
    public ValueTask DisposeAsync() => FlushAsync();

    private bool TryAppend(
        int partition,
        long timestamp,
        ReadOnlySpan<byte> key,
        int keyLength,
        ReadOnlySpan<byte> value,
        int valueLength,
        ReadOnlySpan<RecordHeader> headers)
    {
        lock (_lock)
        {
            if (_failure is not null) throw _failure;
            if (!HasRoom || _waiting.Count > 0) return false;
            Append(partition, timestamp, key, keyLength, value, valueLength, headers);
            if (_pumping || _refused is not null) return true; // refused records are retried by a flush, not by each append
        }
        StartPump();
        return true;
    }

    private bool HasRoom => _gatheringBytes + _inFlightBytes < _maxPendingBytes;

    private void Append(
        int partition,
        long timestamp,
        ReadOnlySpan<byte> key,
        int keyLength,
        ReadOnlySpan<byte> value,
        int valueLength,
        ReadOnlySpan<RecordHeader> headers)
    {
        if ((uint)partition >= (uint)_gathering.Length) throw LogException.PartitionUnknown(_topic.Name, partition, _gathering.Length);
        var buffer = _gathering[partition] ??= new RecordBuffer();
        var before = buffer.Bytes;
        try
        {
            buffer.Append(timestamp, key, keyLength, value, valueLength, headers);
        }
        catch (RecordTooLargeException error)
        {
            throw error.BoundFor(_topic.Name, partition);
        }
        _gatheringBytes += buffer.Bytes - before;
        _appended++;
    }

    private ValueTask AppendLaterAsync(
        int partition,
        long timestamp,
        ReadOnlyMemory<byte>? key,
        ReadOnlyMemory<byte>? value,
        ReadOnlyMemory<RecordHeader> headers,
        CancellationToken cancellationToken)
    {
        var done = new Completion(cancellationToken);
        lock (_lock)
        {
            if (_failure is not null) return ValueTask.FromException(_failure);
            _waiting.Enqueue(new(partition, timestamp, key, value, headers, done));
        }
        StartPump();
        return new(done.Task);
    }

    private void StartPump()
    {
        lock (_lock)
        {
            if (_pumping) return;
            _pumping = true;
        }
        _ = PumpAsync();
    }

    /// <summary>Commits one group after another until nothing is left or the log refuses.</summary>
    private async Task PumpAsync()
    {
        while (TakeCommit() is { } commit)
        {
            try
            {
                await _log.CommitAsync(commit);
            }
            catch (Exception error)
            {
                Refused(commit, error);
                return;
            }
            Acknowledged(commit);
        }
    }

    private LogCommit? TakeCommit()
    {
        RecordBuffer?[] gathered;
        lock (_lock)
        {
            if (_refused is { } again)
            {
                _refused = null;
                return again;
            }
            TakeWaiting();
            AssertInvariants();
            if (_gatheringBytes == 0)
            {
                _pumping = false;
                return null;
            }
            gathered = _gathering;
            _gathering = new RecordBuffer?[gathered.Length];
            (_inFlightBytes, _gatheringBytes) = (_gatheringBytes, 0);
        }
        var commit = new LogCommit { Owner = _owner };
        for (var partition = 0; partition < gathered.Length; partition++)
        {
            if (gathered[partition] is { } buffer) commit.Add(_topic, partition, buffer);
        }
        return commit;
    }

    private void Acknowledged(LogCommit commit)
    {
        lock (_lock)
        {
            foreach (var append in commit.Appends) _acknowledged += append.Count;
            _inFlightBytes = 0;
            while (_flushes.TryPeek(out var flush) && flush.Records <= _acknowledged) _flushes.Dequeue().Done.Succeed();
            AssertInvariants();
        }
    }

    private void Refused(LogCommit commit, Exception error)
    {
        lock (_lock)
        {
            if (error is LogFullException) _refused = commit;
            else _failure = error;
            _pumping = false;
            foreach (var flush in _flushes) flush.Done.Fail(error);
            _flushes.Clear();
            foreach (var waiting in _waiting) waiting.Done.Fail(error);
            _waiting.Clear();
        }
    }

    /// <summary>Appends the records that waited for room, in the order of the calls.</summary>
    private void TakeWaiting()
    {
        while (HasRoom && _waiting.TryDequeue(out var next))
        {
            if (!next.Done.TryClaim()) continue;
            try
            {
                Append(
                    next.Partition, next.Timestamp, next.Key.GetValueOrDefault().Span, next.Key?.Length ?? -1,
                    next.Value.GetValueOrDefault().Span, next.Value?.Length ?? -1, next.Headers.Span);
                next.Done.Succeed();
            }
            catch (LogException error)
            {
                next.Done.Fail(error);
            }
        }
    }

    /// <summary>Asserts the invariants, in debug builds; called under the lock.</summary>
    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_lock.IsHeldByCurrentThread, "The fields belong to the lock.");
        Debug.Assert(_acknowledged <= _appended, "Nothing is acknowledged that was not appended.");
        Debug.Assert(_gatheringBytes == _gathering.Sum(static buffer => buffer?.Bytes ?? 0), "The bytes are those of the buffers.");
        Debug.Assert(_flushes.All(flush => flush.Records > _acknowledged), "Flushes that are done do not wait.");
        Debug.Assert(_pumping || _refused is not null || _gatheringBytes == 0 || _failure is not null, "Someone commits what is gathered.");
    }
}
