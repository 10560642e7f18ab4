namespace Dataflow.Joins;

/// <summary>Joins each arriving record with the partners kept so far, and keeps it for later ones.</summary>
internal sealed class IntervalJoinOperator<TKey, TLeft, TRight, TOut>(
    JoinBounds<TLeft> bounds, Outer outer, Func<TLeft?, TRight?, TOut> result)
    : Operator<Keyed<TKey, TLeft>, Keyed<TKey, TRight>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private KeptRecords<TKey, TLeft> _lefts = null!;
    private KeptRecords<TKey, TRight> _rights = null!;
    private readonly Queue<TOut> _joined = []; // of the current record
    private bool _isWhole; // whether a record on which the user's code fails is rejected with all its pairs
    private Counter _lateRecords = null!; // set by Declare
    private Counter _unmatchedLeft = null!;
    private Counter _unmatchedRight = null!;
    private KeyTimes<TKey> _times = null!;

    public override void Process(in Record<Keyed<TKey, TLeft>> record)
    {
        if (IsLate(record.Value.Key, record.Timestamp)) return;
        var (key, left) = record.Value;
        long end;
        try
        {
            end = bounds.EndOfLeft(record.Timestamp, left);
            _lefts.Prepare(key, left);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        var (time, isMatched) = (record.Timestamp, false);
        if (_isWhole && !TryJoinAll(in record, left, _rights.Find(key, time, end, -bounds.LowerMs))) return;
        for (var rights = _rights.Find(key, time, end, -bounds.LowerMs); rights.MoveNext(); isMatched = true)
        {
            if (!TryTakeJoined(out var value) && !TryJoin(in record, left, rights.Value, out value)) return;
            Emit(in record, value, Math.Max(time, rights.Time));
            rights.MarkMatched();
        }

        if (end >= _times.Of(key)) _lefts.Add(key, time, end, record.Origin, isMatched);
        else if (!isMatched && MissLeft()) EmitAlone(key, left, default, time, record.Origin);
    }

    public override void ProcessSecond(in Record<Keyed<TKey, TRight>> record)
    {
        if (IsLate(record.Value.Key, record.Timestamp)) return;
        var (key, right) = record.Value;
        try
        {
            _rights.Prepare(key, right);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        var (time, end, isMatched) = (record.Timestamp, bounds.EndOfRight(record.Timestamp), false);
        if (_isWhole && !TryJoinAll(in record, right, _lefts.Find(key, time, end, bounds.UpperMs))) return;
        for (var lefts = _lefts.Find(key, time, end, bounds.UpperMs); lefts.MoveNext(); isMatched = true)
        {
            if (!TryTakeJoined(out var value) && !TryJoin(in record, lefts.Value, right, out value)) return;
            Emit(in record, value, Math.Max(time, lefts.Time));
            lefts.MarkMatched();
        }

        if (end >= _times.Of(key)) _rights.Add(key, time, end, record.Origin, isMatched);
        else if (!isMatched && MissRight()) EmitAlone(key, default, right, time, record.Origin);
    }

    protected override void AdvanceBoth(long watermark)
    {
        _times.Advance(watermark);
        _lefts.DropBefore(_times.Watermark, this, static (self, left, last) =>
        {
            if (!left.IsMatched && self.MissLeft()) self.EmitAlone(left.Key, left.Value, default, last, left.Origin);
        });
        _rights.DropBefore(_times.Watermark, this, static (self, right, last) =>
        {
            if (!right.IsMatched && self.MissRight()) self.EmitAlone(right.Key, default, right.Value, last, right.Origin);
        });
        base.AdvanceBoth(watermark);
    }

    protected override void Declare(StepDeclaration declare)
    {
        _lefts = declare.Kept<TKey, TLeft>("lefts", bounds.Slice);
        _rights = declare.Kept<TKey, TRight>("rights", bounds.Slice);
        _lateRecords = declare.Counter(CounterDefinition.Late);
        (_unmatchedLeft, _unmatchedRight) = JoinCounters.Declare(declare);
        _times = declare.KeyTimes<TKey>();
        declare.EventTime(() => _times.Watermark);
    }

    protected override void Open() => _isWhole = Context.KeepsRejected;

    // Where nothing is ever removed, nothing is late.
    private bool IsLate(TKey key, long time)
    {
        if (!_times.IsLate(key, time) || bounds.AreUnbounded) return false;
        _lateRecords.Add();
        return true;
    }

    /// <summary>Counts a left record that had no partner; true if it is emitted all the same.</summary>
    private bool MissLeft()
    {
        _unmatchedLeft.Add();
        return outer.HasFlag(Outer.Left);
    }

    private bool MissRight()
    {
        _unmatchedRight.Add();
        return outer.HasFlag(Outer.Right);
    }

    /// <summary>Computes the results of all pairs of a record before the first is emitted; false if the user's code failed on
    /// one.</summary>
    private bool TryJoinAll(in Record<Keyed<TKey, TLeft>> record, TLeft left, KeptRecords<TKey, TRight>.Partners rights)
    {
        _joined.Clear();
        while (rights.MoveNext())
        {
            if (!TryJoin(in record, left, rights.Value, out var value)) return false;
            _joined.Enqueue(value);
        }

        return true;
    }

    private bool TryJoinAll(in Record<Keyed<TKey, TRight>> record, TRight right, KeptRecords<TKey, TLeft>.Partners lefts)
    {
        _joined.Clear();
        while (lefts.MoveNext())
        {
            if (!TryJoin(in record, lefts.Value, right, out var value)) return false;
            _joined.Enqueue(value);
        }

        return true;
    }

    /// <summary>Takes the next result that was computed before; false where results are computed one by one.</summary>
    private bool TryTakeJoined(out TOut value)
    {
        value = default!;
        return _isWhole && _joined.TryDequeue(out value!);
    }

    private bool TryJoin<T>(in Record<Keyed<TKey, T>> record, TLeft left, TRight right, out TOut value)
    {
        try
        {
            value = result(left, right);
            return true;
        }
        catch (Exception error)
        {
            Reject(error, in record);
            value = default!;
            return false;
        }
    }

    private void Emit<T>(in Record<Keyed<TKey, T>> record, TOut value, long time)
        => Emit(new Record<Keyed<TKey, TOut>>(new(record.Value.Key, value), time, record.Origin));

    private void EmitAlone(TKey key, TLeft? left, TRight? right, long time, RecordOrigin origin)
    {
        TOut value;
        try
        {
            value = result(left, right);
        }
        catch (Exception error)
        {
            Reject(error, origin);
            return;
        }

        Emit(new Record<Keyed<TKey, TOut>>(new(key, value), time, origin));
    }
}
