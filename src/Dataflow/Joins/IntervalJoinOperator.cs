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
    private long _watermark = long.MinValue;

    public override void Process(in Record<Keyed<TKey, TLeft>> record)
    {
        if (IsLate(record.Timestamp)) return;
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

        var kept = new KeptLimits { Time = record.Timestamp, End = end, Origin = record.Origin.Packed };
        if (_isWhole && !TryJoinAll(in record, left, _rights.Find(key, kept.Time, end, -bounds.LowerMs))) return;
        for (var rights = _rights.Find(key, kept.Time, end, -bounds.LowerMs); rights.MoveNext(); kept.IsMatched = true)
        {
            if (!TryTakeJoined(out var value) && !TryJoin(in record, left, rights.Value, out value)) return;
            Emit(in record, value, Math.Max(kept.Time, rights.Time));
            rights.MarkMatched();
        }

        if (end >= _watermark) _lefts.Add(key, in kept);
        else if (!kept.IsMatched && MissLeft()) EmitAlone(key, left, default, kept.Time, kept.Origin);
    }

    public override void ProcessSecond(in Record<Keyed<TKey, TRight>> record)
    {
        if (IsLate(record.Timestamp)) return;
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

        var kept = new KeptLimits
        {
            Time = record.Timestamp,
            End = bounds.EndOfRight(record.Timestamp),
            Origin = record.Origin.Packed,
        };
        if (_isWhole && !TryJoinAll(in record, right, _lefts.Find(key, kept.Time, kept.End, bounds.UpperMs))) return;
        for (var lefts = _lefts.Find(key, kept.Time, kept.End, bounds.UpperMs); lefts.MoveNext(); kept.IsMatched = true)
        {
            if (!TryTakeJoined(out var value) && !TryJoin(in record, lefts.Value, right, out value)) return;
            Emit(in record, value, Math.Max(kept.Time, lefts.Time));
            lefts.MarkMatched();
        }

        if (kept.End >= _watermark) _rights.Add(key, in kept);
        else if (!kept.IsMatched && MissRight()) EmitAlone(key, default, right, kept.Time, kept.Origin);
    }

    protected override void AdvanceBoth(long watermark)
    {
        _watermark = Math.Max(_watermark, watermark);
        _lefts.DropBefore(_watermark, this, static (self, left, last) =>
        {
            if (!left.Links.IsMatched && self.MissLeft()) self.EmitAlone(left.Key, left.Value, default, last, left.Limits.Origin);
        });
        _rights.DropBefore(_watermark, this, static (self, right, last) =>
        {
            if (!right.Links.IsMatched && self.MissRight()) self.EmitAlone(right.Key, default, right.Value, last, right.Limits.Origin);
        });
        base.AdvanceBoth(watermark);
    }

    public override void Capture(StepCheckpoint checkpoint) => checkpoint.SaveWatermark(_watermark);

    protected override void Declare(StepDeclaration declare)
    {
        _lefts = declare.Kept<TKey, TLeft>("lefts", bounds.SliceMs);
        _rights = declare.Kept<TKey, TRight>("rights", bounds.SliceMs);
        _lateRecords = declare.Counter(CounterDefinition.Late);
        (_unmatchedLeft, _unmatchedRight) = JoinCounters.Declare(declare);
        declare.EventTime(() => _watermark);
    }

    protected override void Open()
    {
        _watermark = Context.SavedWatermark();
        _isWhole = Context.KeepsRejected;
    }

    // Where nothing is ever removed, nothing is late.
    private bool IsLate(long time)
    {
        if (time >= _watermark || bounds.AreUnbounded) return false;
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

    private void EmitAlone(TKey key, TLeft? left, TRight? right, long time, ulong packedOrigin)
    {
        var origin = RecordOrigin.Unpack(packedOrigin);
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
