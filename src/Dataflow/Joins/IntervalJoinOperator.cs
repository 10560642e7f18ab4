using Dataflow.Runtime;
using Dataflow.Windows;

namespace Dataflow.Joins;

/// <summary>Joins each record, when it comes, with the partners that are there, and keeps it for those to come.</summary>
internal sealed class IntervalJoinOperator<TKey, TLeft, TRight, TOut>(
    JoinBounds<TLeft> bounds, Outer outer, Func<TLeft?, TRight?, TOut> result)
    : Operator<Keyed<TKey, TLeft>, Keyed<TKey, TRight>, Keyed<TKey, TOut>>, ICountsLate, ICountsMisses, IKnowsTime
    where TKey : notnull
{
    private KeptRecords<TKey, TLeft> _lefts = null!;
    private KeptRecords<TKey, TRight> _rights = null!;
    private long _leftMisses;
    private long _rightMisses;

    public long LateRecords { get; private set; }

    public long Misses => _leftMisses + _rightMisses;

    public IReadOnlyList<Miss> MissReasons => Miss.OfSides(_leftMisses, _rightMisses);

    public long Watermark { get; private set; } = long.MinValue;

    public override void Process(in Record<Keyed<TKey, TLeft>> record)
    {
        if (IsLate(record.Timestamp)) return;
        long end;
        try
        {
            end = bounds.EndOfLeft(record.Timestamp, record.Value.Value);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        var (key, left) = record.Value;
        var kept = new KeptRecord<TLeft> { Time = record.Timestamp, End = end, Value = left };
        for (var rights = _rights.Find(key, kept.Time, end, -bounds.LowerMs); rights.MoveNext(); kept.IsMatched = true)
        {
            if (!TryEmit(in record, left, rights.Value, Math.Max(kept.Time, rights.Time))) return;
            rights.MarkMatched();
        }

        if (end >= Watermark) _lefts.Add(key, in kept);
        else if (!kept.IsMatched) MissLeft(key, in kept, kept.Time);
    }

    public override void ProcessSecond(in Record<Keyed<TKey, TRight>> record)
    {
        if (IsLate(record.Timestamp)) return;
        var (key, right) = record.Value;
        var kept = new KeptRecord<TRight> { Time = record.Timestamp, End = bounds.EndOfRight(record.Timestamp), Value = right };
        for (var lefts = _lefts.Find(key, kept.Time, kept.End, bounds.UpperMs); lefts.MoveNext(); kept.IsMatched = true)
        {
            if (!TryEmit(in record, lefts.Value, right, Math.Max(kept.Time, lefts.Time))) return;
            lefts.MarkMatched();
        }

        if (kept.End >= Watermark) _rights.Add(key, in kept);
        else if (!kept.IsMatched) MissRight(key, in kept, kept.Time);
    }

    protected override void AdvanceBoth(long watermark)
    {
        Watermark = Math.Max(Watermark, watermark);
        _lefts.DropBefore(Watermark, this, static (self, part, in left, last) => self.MissLeft(part.Key, in left, last));
        _rights.DropBefore(Watermark, this, static (self, part, in right, last) => self.MissRight(part.Key, in right, last));
        base.AdvanceBoth(watermark);
    }

    internal override void Capture(TaskCheckpoint checkpoint) => checkpoint.SaveWatermark(Context.Name, Watermark);

    protected override void Open()
    {
        _lefts = new(Context, "lefts", bounds.SliceMs);
        _rights = new(Context, "rights", bounds.SliceMs);
        Watermark = Context.SavedWatermark();
    }

    // Where nothing is ever freed, nothing is late.
    private bool IsLate(long time)
    {
        if (time >= Watermark || bounds.AreUnbounded) return false;
        LateRecords++;
        return true;
    }

    private void MissLeft(TKey key, in KeptRecord<TLeft> left, long time)
    {
        if (left.IsMatched) return;
        _leftMisses++;
        if (outer.HasFlag(Outer.Left)) EmitAlone(key, left.Value, default, time);
    }

    private void MissRight(TKey key, in KeptRecord<TRight> right, long time)
    {
        if (right.IsMatched) return;
        _rightMisses++;
        if (outer.HasFlag(Outer.Right)) EmitAlone(key, default, right.Value, time);
    }

    private bool TryEmit<T>(in Record<Keyed<TKey, T>> record, TLeft left, TRight right, long time)
    {
        TOut value;
        try
        {
            value = result(left, right);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return false;
        }

        Emit(new Record<Keyed<TKey, TOut>>(new(record.Value.Key, value), time, record.Origin));
        return true;
    }

    private void EmitAlone(TKey key, TLeft? left, TRight? right, long time)
    {
        TOut value;
        try
        {
            value = result(left, right);
        }
        catch (Exception error)
        {
            Reject(error);
            return;
        }

        Emit(new Record<Keyed<TKey, TOut>>(new(key, value), time, default));
    }
}
