using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>Reads a partition from an offset on.</summary>
internal sealed class KafkaReader<T>(
    string source, SourceSplit split, PartitionConsumer partition, ReadForm<T> form, long position, ReadMark mark, TimeProvider time)
    : SourceReader<T>
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(16);

    private readonly long _end = split.End ?? long.MaxValue;
    private long _position = position;
    private ReadMark _mark = mark;
    private TimeSpan _pause = ShortestPause;
    private long _stable = -1; // where the client found an end last; -1: behind it there were records

    public required TopicWatch Watch { get; init; }

    public override long Position => _position;

    public override ReadOnlyMemory<byte> Mark => _mark.ToBytes();

    public override bool IsFinished => _position >= _end;

    public override long? Lag => Math.Max(0, Math.Min(partition.End, _end) - _position);

    public override long? StableEnd => _stable >= 0 && _stable < Math.Min(partition.End, _end) ? _stable : null;

    public override int Read(Span<Record<T>> records)
    {
        Watch.Check();
        var count = 0;
        while (count < records.Length && !IsFinished && Poll() is { } next)
        {
            if (TryTake(next, out records[count])) count++;
        }

        if (count > 0) _pause = ShortestPause;
        return count;
    }

    // The client can only be asked: the longer there is nothing, the less often.
    public override async ValueTask WaitToReadAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(_pause, time, cancellationToken).ConfigureAwait(false);
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
    }

    protected override void Dispose(bool disposing)
    {
        Watch.Close();
        partition.Dispose();
        base.Dispose(disposing);
    }

    private ConsumeResult<Bytes, Bytes>? Poll()
    {
        try
        {
            return partition.Poll(TimeSpan.Zero);
        }
        catch (ConsumeException error)
        {
            throw Named(error.Error);
        }
    }

    private ConnectorException Named(Error error)
    {
        if (error.Code == ErrorCode.Local_LogTruncation) return KafkaErrors.Diverged(partition.Kafka, split.Name, _position, error.Reason);
        if (error.Code is not (ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange))
            return KafkaErrors.Of(partition.Kafka, $"split '{split.Name}'", error);
        var (low, high) = partition.Held();
        return _position < low
            ? KafkaErrors.Trimmed(partition.Kafka, split.Name, _position, low)
            : KafkaErrors.Truncated(partition.Kafka, split.Name, _position, high);
    }

    private bool TryTake(ConsumeResult<Bytes, Bytes> next, out Record<T> record)
    {
        record = default;
        _stable = next.IsPartitionEOF ? next.Offset : -1;
        if (next.IsPartitionEOF || next.Offset >= _end)
        {
            _position = Math.Min(next.Offset, _end); // beyond what readers never see: marks of transactions, aborted records
            return false;
        }

        var isTaken = TryDecode(next, out record);
        _position = next.Offset + 1;
        _mark = _mark with { LeaderEpoch = next.LeaderEpoch ?? -1 };
        return isTaken;
    }

    private bool TryDecode(ConsumeResult<Bytes, Bytes> next, out Record<T> record)
    {
        try
        {
            if (form.NeedsValue && next.Message.Value.IsNull)
                throw new DataflowException("It has no value: its key was deleted. Read the topic as a table or as records.");
            record = new(form.Read(next), next.Message.Timestamp.UnixTimestampMs, new RecordOrigin(split.Id, next.Offset));
            return true;
        }
        catch (Exception error) when (error is not ConnectorException)
        {
            record = default;
            Reject(OperatorException.CouldNotRead(source, split.Name, next.Offset, typeof(T), error));
            return false;
        }
    }
}
