using Dataflow.Log;

namespace Dataflow;

/// <summary>Reads a topic; each partition is a split, its offsets are the positions.</summary>
internal sealed class TopicSource<T>(Topic<T> topic) : Source<T>, IWritesBytes
{
    public override string Name => topic.Name;

    public override bool IsBounded => topic.StopsAtEnd;

    public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
    {
        var found = context.Log.GetTopic(topic.Name);
        return [.. Enumerable.Range(0, found.PartitionCount).Select(partition => new SplitDescription(
            $"{topic.Name}[{partition}]", topic.StopsAtEnd ? found.EndOffset(partition) : null))];
    }

    public void CheckTypes() => _ = topic.Serde;

    public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
    {
        var found = context.Log.GetTopic(topic.Name);
        var start = Math.Max(position, found.StartOffset(split.Index));
        return new TopicReader<T>(topic, split, context.Log.OpenReader(topic.Name, split.Index, start), found);
    }
}

internal sealed class TopicReader<T>(Topic<T> topic, SourceSplit split, PartitionReader reader, LogTopic log)
    : SourceReader<T>
{
    private readonly Serde<T> _serde = topic.Serde;
    private readonly long _end = split.End ?? long.MaxValue;
    private RecordEnumerator _batch;
    private bool _isInBatch;
    private long _position = reader.Position;

    public override long Position => _position;

    public override bool IsFinished => _position >= _end;

    public override long? Lag => Math.Min(log.EndOffset(split.Index), _end) - _position;

    public override int Read(Span<Record<T>> records)
    {
        var count = 0;
        while (count < records.Length && _position < _end && MoveNext())
        {
            var record = _batch.Current;
            if (TryDecode(in record, out var value)) records[count++] = new(value, record.Timestamp, new RecordOrigin(split.Id, record.Offset));
            _position = record.Offset + 1;
        }

        return count;
    }

    public override async ValueTask WaitToReadAsync(CancellationToken stop) => await reader.WaitToReadAsync(stop);

    protected override void Dispose(bool disposing)
    {
        reader.Dispose();
        base.Dispose(disposing);
    }

    private bool MoveNext()
    {
        while (!_isInBatch || !_batch.MoveNext())
        {
            _isInBatch = reader.TryRead(out var batch);
            if (!_isInBatch) return false;
            _batch = batch.GetEnumerator();
        }

        return true;
    }

    private bool TryDecode(in LogRecord record, out T value)
    {
        try
        {
            value = _serde.Read(record.Value);
            return true;
        }
        catch (Exception error)
        {
            Reject(OperatorException.CouldNotRead(topic.Name, split.Name, record.Offset, typeof(T), error));
            value = default!;
            return false;
        }
    }
}
