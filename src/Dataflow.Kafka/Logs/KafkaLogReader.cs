using System.Diagnostics;
using Confluent.Kafka;
using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>Reads committed records of a partition, and makes batches of them.</summary>
internal sealed class KafkaLogReader : PartitionReader
{
    private const int MaxRecords = 1024;
    private const int FramingBytes = 64;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(16);
    private static readonly TimeSpan LookAfter = TimeSpan.FromSeconds(2);

    private readonly KafkaTopic _topic;
    private readonly IPartitionFeed _feed;
    private readonly BatchBuilder _batch = new();
    private long _position;
    private long _end; // when it was last asked for
    private bool _hasMoved; // in a read that returned nothing, which is news for who waits

    public KafkaLogReader(KafkaTopic topic, int partition, long offset, IPartitionFeed feed)
    {
        (_topic, Partition, _feed) = (topic, partition, feed);
        if (feed.IsAt(offset)) (_position, _end) = (offset, offset);
        else Seek(offset);
    }

    public override string Topic => _topic.Name;

    public override int Partition { get; }

    public override long Position => _position;

    public override long End => Math.Max(Math.Max(_feed.End, _end), _position);

    public override bool TryRead(out RecordBatch batch)
    {
        _batch.Clear();
        var position = _position;
        while (_batch.Count < MaxRecords && Poll() is { } next)
        {
            if (next.IsPartitionEOF)
            {
                MoveTo(next.Offset);
            }
            else if (_batch.IsFullFor(next.Message.Key.Memory.Length + next.Message.Value.Memory.Length + FramingBytes))
            {
                _feed.PutBack(next);
                break;
            }
            else
            {
                Add(next);
            }
        }

        var isThere = _batch.Count > 0;
        _hasMoved = !isThere && _position > position;
        batch = isThere ? _batch.Build(this, position) : default;
        return isThere;
    }

    // The client can only be asked: the longer there is nothing, the less often.
    public override async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        if (_hasMoved)
        {
            _hasMoved = false;
            return true;
        }

        var (start, looked) = (Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp());
        for (var pause = ShortestPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            if (Stopwatch.GetElapsedTime(looked) > LookAfter)
            {
                if (IsAtEnd(Stopwatch.GetElapsedTime(start))) start = Stopwatch.GetTimestamp();
                looked = Stopwatch.GetTimestamp();
            }

            var next = Poll();
            if (next is { IsPartitionEOF: true } && MoveTo(next.Offset)) return true;
            if (next is { IsPartitionEOF: false })
            {
                _feed.PutBack(next);
                return true;
            }

            if (next is null) await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
        }
    }

    public override void Seek(long offset)
    {
        var range = (_topic.StartOffset(Partition), End: _topic.EndOffset(Partition));
        Check(_topic, Partition, offset, range);
        (_position, _end, _hasMoved) = (offset, range.End, false);
        _feed.Seek(offset);
    }

    /// <exception cref="OffsetOutOfRangeException">The partition does not hold the offset.</exception>
    internal static void Check(KafkaTopic topic, int partition, long offset, (long Start, long End) range)
    {
        if (offset < range.Start || offset > range.End)
            throw OffsetOutOfRangeException.Of(topic.Name, partition, offset, range.Start, range.End);
    }

    protected override void Dispose(bool disposing)
    {
        _feed.Dispose();
        _batch.Dispose();
    }

    /// <summary>Asks the cluster whether all is read.</summary>
    /// <exception cref="LogException">It does not answer, or there is more and the client has not brought it for too long.</exception>
    private bool IsAtEnd(TimeSpan waited)
    {
        if (_topic.EndOffset(Partition) <= _position) return true;
        if (waited < _feed.Kafka.Timeout) return false;
        throw KafkaErrors.OfLog(
            _feed.Kafka, $"topic '{Topic}'", new Error(ErrorCode.Local_TimedOut, $"nothing comes from offset {_position}"));
    }

    /// <summary>Moves over what is no record: marks of transactions, records of those that were given up.</summary>
    private bool MoveTo(long offset)
    {
        if (offset <= _position) return false;
        _position = offset;
        return true;
    }

    private void Add(ConsumeResult<Bytes, Bytes> record)
    {
        _batch.Add(
            record.Offset, record.Message.Timestamp.UnixTimestampMs, BytesOf(record.Message.Key), BytesOf(record.Message.Value),
            HeadersOf(record.Message));
        _position = record.Offset + 1;
    }

    private static ReadOnlyMemory<byte>? BytesOf(Bytes bytes) => bytes.IsNull ? default(ReadOnlyMemory<byte>?) : bytes.Memory;

    private static RecordHeader[] HeadersOf(Message<Bytes, Bytes> message)
        => message.Headers is not { Count: > 0 } headers ? [] :
        [
            .. headers.Select(static header => header.GetValueBytes() is { } value
                ? new RecordHeader(header.Key, value) : new RecordHeader(header.Key)),
        ];

    private ConsumeResult<Bytes, Bytes>? Poll()
    {
        ObjectDisposedException.ThrowIf(_topic.Log.IsClosed, _topic.Log);
        try
        {
            return _feed.Poll();
        }
        catch (ConsumeException error) when (error.Error.Code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange)
        {
            throw OffsetOutOfRangeException.Of(Topic, Partition, _position, _topic.StartOffset(Partition), _topic.EndOffset(Partition));
        }
        catch (ConsumeException error)
        {
            throw KafkaErrors.OfLog(_feed.Kafka, $"topic '{Topic}'", error.Error);
        }
    }
}
