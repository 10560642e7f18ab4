using Dataflow.Log;

namespace Dataflow;

/// <summary>Reads the values of a topic.</summary>
internal sealed class TopicSource<T>(Topic<T> topic) : TopicSource<T, T>(topic)
{
    public override void Decode(in LogRecord record, TextLease? lease, out T value) => Serde.ReadWithin(record.Value, lease, out value);
}

/// <summary>Reads a topic; each partition is a split, its offsets are the positions.</summary>
internal abstract class TopicSource<TStored, T>(Topic<TStored> topic) : Source<T>
{
    private Serde<TStored>? _serde;

    public override string Name => topic.Name;

    public override bool MayBeShared => true;

    public override bool IsBounded => topic.StopsAtEnd;

    /// <summary>The topic to create; a topic that is read to its end must exist: created now, it would end at once.</summary>
    public override NewTopic? Creates => topic.StopsAtEnd ? null : new(topic.Name, topic.Partitions);

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
    {
        var found = context.Log.GetTopic(topic.Name);
        return [.. Enumerable.Range(0, found.PartitionCount).Select(partition => new SplitDescription(
            $"{topic.Name}[{partition}]", topic.StopsAtEnd ? found.EndOffset(partition) : null))];
    }

    public override TopicValues? Reads => TopicValues.Of(topic.Name, Serde);

    public override void CheckTypes() => _ = Serde;

    /// <summary>Whether a record without a value, which means a deleted key, has no meaning here.</summary>
    public virtual bool NeedsValue => true;

    /// <summary>Decodes a record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="lease">The lease of the array in which it lies; null where values hold no texts.</param>
    /// <param name="value">The value, where it belongs.</param>
    public abstract void Decode(in LogRecord record, TextLease? lease, out T value);

    protected Serde<TStored> Serde => _serde ??= topic.Serde;

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
    {
        var found = context.Log.GetTopic(topic.Name);
        var start = Math.Max(position, found.StartOffset(split.Index));
        return new TopicReader<TStored, T>(this, split, context.Log.OpenReader(topic.Name, split.Index, start));
    }
}

internal sealed class TopicReader<TStored, T>(TopicSource<TStored, T> source, SourceSplit split, PartitionReader reader)
    : SourceReader<T>
{
    private const int MinOfBatches = 64; // records that are worth a turn of the task

    private readonly long _end = split.End ?? long.MaxValue;
    private RecordEnumerator _batch;
    private TextLease? _lease; // of the batch, where values hold texts
    private bool _isInBatch;
    private long _position = reader.Position;

    public override long Position => _position;

    public override bool IsFinished => _position >= _end;

    public override long? Lag => Math.Min(reader.End, _end) - _position;

    public override int Read(Span<Record<T>> records)
    {
        var (count, areTraced) = (0, RecordTraces.HasListeners);
        while (count < records.Length && _position < _end && MoveNext(records[..count]))
        {
            var record = _batch.Current;
            if (areTraced) RecordTraces.Read(in record, split.Name);
            var origin = new RecordOrigin(split.Id, record.Offset);
            if (TryDecode(in record, out Record<T>.Begin(record.Timestamp, origin, out records[count]))) count++;
            _position = record.Offset + 1;
        }

        return count;
    }

    public override async ValueTask WaitToReadAsync(CancellationToken cancellationToken) => await reader.WaitToReadAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        _lease?.End();
        reader.Dispose();
        base.Dispose(disposing);
    }

    /// <param name="read">The records of this read, whose texts may lie in the batch.</param>
    private bool MoveNext(Span<Record<T>> read)
    {
        while (!_isInBatch || !_batch.MoveNext())
        {
            if (_lease is not null && read.Length >= MinOfBatches) return false;
            if (_lease is not null) foreach (ref var record in read) record = record.Keep(); // of small batches many are read at once
            if (!TryReadBatch()) return false;
        }

        return true;
    }

    private bool TryReadBatch()
    {
        _lease?.End();
        _lease = null;
        _position = reader.Position; // which may have moved over what is no record
        _isInBatch = reader.TryRead(out var batch);
        if (!_isInBatch) return false;
        _batch = batch.GetEnumerator();
        _lease = TextLease.For<T>(batch.Bytes);
        return true;
    }

    private bool TryDecode(in LogRecord record, out T value)
    {
        value = default!;
        if (!record.HasValue && source.NeedsValue)
        {
            Reject(OperatorException.HasNoValue(source.Name, split.Name, record.Offset));
            return false;
        }

        try
        {
            source.Decode(in record, _lease, out value);
            return true;
        }
        catch (Exception error)
        {
            Reject(OperatorException.CouldNotRead(source.Name, split.Name, record.Offset, typeof(TStored), error));
            return false;
        }
    }
}
