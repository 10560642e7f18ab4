namespace Dataflow;

/// <summary>Reads a whole split, then returns its records in the order of time.</summary>
/// <remarks>That order depends on the split's records only. So a reader that is opened at a position reads all of them again, and skips
/// that many.</remarks>
internal sealed class OrderedReader<T> : SourceReader<T>
{
    private const int SkippedAtOnce = 4096;

    private readonly SourceReader<T> _source;
    private readonly Func<T, long> _time;
    private readonly string _split;
    private readonly OrderedMark _saved;
    private readonly TimeOrder<T> _order;
    private OrderedMark _all; // once the source is at its end
    private long _position;
    private long _toSkip;
    private bool _isAtEnd;
    private bool _hasGathered;

    public OrderedReader(SourceReader<T> source, Func<T, long> time, SourceSplit split, long position, TimeOrder<T> order)
    {
        (_source, _time, _split, _order, _saved) = (source, time, split.Name, order, OrderedMark.Read(split.Mark));
        _position = _toSkip = position;
        source.OnReject = RejectOnce;
    }

    public override long Position => _position;

    public override ReadOnlyMemory<byte> Mark => (_isAtEnd ? _all : _saved.IsComplete ? _saved : Reached).ToBytes();

    public override bool IsFinished => !IsGathering && _order.Count == 0;

    public override long? Lag => IsGathering ? _source.Lag : _order.Count;

    public override long? StableEnd => IsGathering ? _source.StableEnd : null;

    public override bool IsGathering => !_isAtEnd || _toSkip > 0;

    private OrderedMark Reached => new(Math.Max(_source.Position, _saved.Position), -1, default);

    public override int Read(Span<Record<T>> records)
    {
        var count = 0;
        if (!_isAtEnd) Gather(records);
        else if (_toSkip > 0) Skip();
        else while (count < records.Length && _order.TryTake(out records[count])) count++;
        _position += count;
        return count;
    }

    public override ValueTask WaitToReadAsync(CancellationToken cancellationToken)
        => _isAtEnd || _hasGathered ? ValueTask.CompletedTask : _source.WaitToReadAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        _source.Dispose();
        _order.Dispose();
        base.Dispose(disposing);
    }

    private void Gather(Span<Record<T>> records)
    {
        var count = _source.Read(records);
        foreach (ref readonly var record in records[..count]) _order.Add(TimeOf(record.Value), in record);
        _hasGathered = count > 0;
        if (!_source.IsFinished) return;
        _all = new(_source.Position, _order.Count, _source.Mark.ToArray());
        if (_saved.IsComplete && _all != _saved) throw ConnectorException.ChangedInOrder(_split);
        _isAtEnd = true;
        _order.Complete();
    }

    private void Skip()
    {
        for (var i = 0; i < SkippedAtOnce && _toSkip > 0; i++, _toSkip--) _order.Skip();
    }

    private long TimeOf(T value)
    {
        try
        {
            return _time(value);
        }
        catch (Exception)
        {
            return long.MinValue; // the step that assigns event time fails on it again, and reports it
        }
    }

    /// <summary>Rejects a record, unless it was reported before the checkpoint already.</summary>
    private void RejectOnce(OperatorException error)
    {
        if (error.Position >= _saved.Position) Reject(error);
    }
}
