using Dataflow.Runtime;
using Dataflow.State;
using Dataflow.Windows;

namespace Dataflow.Joins;

/// <summary>Keeps both sides until the watermark has passed them, then goes through them in the order of time: a right record
/// becomes its key's latest, a left one is joined with it.</summary>
internal sealed class AsOfJoinOperator<TKey, TLeft, TRight, TOut>(
    Outer outer, Func<TLeft, TRight?, TOut> result, long? toleranceMs)
    : Operator<Keyed<TKey, TLeft>, Keyed<TKey, TRight>, Keyed<TKey, TOut>>, ICountsLate, ICountsMisses, IKnowsTime
    where TKey : notnull
{
    private const long SliceMs = 16; // time goes on in such steps; the shorter, the sooner results go out

    private readonly List<Due<TLeft>> _dueLefts = [];
    private readonly List<Due<TRight>> _dueRights = [];
    private readonly List<TKey> _tooOld = [];
    private KeptRecords<TKey, TLeft> _lefts = null!;
    private KeptRecords<TKey, TRight> _rights = null!;
    private KeyedState<TKey, KeptRecord<TRight>> _latest = null!;
    private long _forgotAt = long.MinValue;

    public long LateRecords { get; private set; }

    public long Misses { get; private set; }

    public long Watermark { get; private set; } = long.MinValue;

    public override void Process(in Record<Keyed<TKey, TLeft>> record)
    {
        if (IsLate(record.Timestamp)) return;
        _lefts.Add(record.Value.Key, Keep(record.Timestamp, record.Value.Value));
    }

    public override void ProcessSecond(in Record<Keyed<TKey, TRight>> record)
    {
        if (IsLate(record.Timestamp)) return;
        _rights.Add(record.Value.Key, Keep(record.Timestamp, record.Value.Value));
    }

    protected override void AdvanceBoth(long watermark)
    {
        // Only whole slices go out: those of which nothing more can come.
        var passed = watermark == long.MaxValue ? watermark : watermark - (((watermark % SliceMs) + SliceMs) % SliceMs);
        if (passed > Watermark) MoveTo(passed);
        base.AdvanceBoth(passed);
    }

    internal override void Capture(TaskCheckpoint checkpoint) => checkpoint.SaveWatermark(Context.Name, Watermark);

    protected override void Open()
    {
        _lefts = new(Context, "lefts", SliceMs);
        _rights = new(Context, "rights", SliceMs);
        _latest = Context.OpenState<TKey, KeptRecord<TRight>>("latest");
        Watermark = Context.SavedWatermark();
    }

    private void MoveTo(long watermark)
    {
        Watermark = watermark;
        _lefts.DropBefore(watermark, _dueLefts, static (due, part, in left, _) => due.Add(new(part, left)));
        _rights.DropBefore(watermark, _dueRights, static (due, part, in right, _) => due.Add(new(part, right)));
        JoinDue();
        ForgetTooOld();
    }

    private static KeptRecord<T> Keep<T>(long time, T value) => new() { Time = time, End = time, Value = value };

    private bool IsLate(long time)
    {
        if (time >= Watermark) return false;
        LateRecords++;
        return true;
    }

    private void JoinDue()
    {
        _dueLefts.Sort(Due<TLeft>.InOrder);
        _dueRights.Sort(Due<TRight>.InOrder);
        var rights = 0;
        foreach (var (part, left) in _dueLefts)
        {
            for (; rights < _dueRights.Count && _dueRights[rights].Record.Time <= left.Time; rights++) TakeAsLatest(_dueRights[rights]);
            Join(part.Key, in left);
        }

        for (; rights < _dueRights.Count; rights++) TakeAsLatest(_dueRights[rights]);
        _dueLefts.Clear();
        _dueRights.Clear();
    }

    private void TakeAsLatest(in Due<TRight> right) => _latest.Update(right.Part.Key, out _) = right.Record;

    private void Join(TKey key, in KeptRecord<TLeft> left)
    {
        if (_latest.TryGet(key, out var right) && !(left.Time - right.Time > toleranceMs))
        {
            Emit(key, in left, right.Value);
            return;
        }

        Misses++;
        if (outer == Outer.Left) Emit(key, in left, default);
    }

    private void Emit(TKey key, in KeptRecord<TLeft> left, TRight? right)
    {
        TOut value;
        try
        {
            value = result(left.Value, right);
        }
        catch (Exception error)
        {
            Reject(error);
            return;
        }

        Emit(new Record<Keyed<TKey, TOut>>(new(key, value), left.Time, default));
    }

    /// <summary>Looks through all keys once in a tolerance, so that none stays for ever.</summary>
    private void ForgetTooOld()
    {
        if (toleranceMs is not { } tolerance || (_forgotAt > long.MinValue && Watermark - _forgotAt < tolerance)) return;
        _forgotAt = Watermark;
        _latest.ForEach((_tooOld, Watermark - tolerance), static (to, key, ref right) =>
        {
            if (right.Time < to.Item2) to._tooOld.Add(key);
        });
        foreach (var key in _tooOld) _latest.Remove(key);
        _tooOld.Clear();
    }

    /// <summary>A record that the watermark has passed.</summary>
    private readonly record struct Due<T>(KeyPart<TKey> Part, KeptRecord<T> Record)
    {
        /// <summary>By time, and in one moment in the order of coming.</summary>
        public static readonly Comparison<Due<T>> InOrder = static (a, b)
            => a.Record.Time != b.Record.Time ? a.Record.Time.CompareTo(b.Record.Time) : a.Part.Part.CompareTo(b.Part.Part);
    }
}
