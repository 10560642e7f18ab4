namespace Dataflow.Joins;

/// <summary>Keeps both sides until the watermark has passed them, then processes them in the order of time: a right record becomes its
/// key's latest, a left one is joined with it.</summary>
internal sealed class AsOfJoinOperator<TKey, TLeft, TRight, TOut>(
    Outer outer, Func<TLeft, TRight?, TOut> result, long? toleranceMs)
    : Operator<Keyed<TKey, TLeft>, Keyed<TKey, TRight>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private const long SliceMs = 16; // the step of time; the shorter, the sooner results are emitted

    private readonly Sweeper? _sweeper = toleranceMs is { } tolerance ? new(tolerance) : null;
    private WaitingRecords<TKey, TLeft> _lefts = null!;
    private WaitingRecords<TKey, TRight> _rights = null!;
    private KeyedState<TKey, (long Time, TRight Value)> _latest = null!;

    private Counter _lateRecords = null!; // set by Declare
    private Counter _unmatched = null!;
    private KeyTimes<TKey> _times = null!;

    static AsOfJoinOperator() => GeneratedCodecs.Add(new PairForm<long, TRight>());

    public override void Process(in Record<Keyed<TKey, TLeft>> record)
    {
        if (IsLate(record.Value.Key, record.Timestamp) || !MayKeep(in record, record.Value.Value)) return;
        _lefts.Add(in record);
    }

    public override void ProcessSecond(in Record<Keyed<TKey, TRight>> record)
    {
        if (IsLate(record.Value.Key, record.Timestamp) || !MayKeep(in record, record.Value.Value)) return;
        _rights.Add(in record);
    }

    protected override void AdvanceBoth(long watermark)
    {
        // Only whole slices are emitted: those that can receive no more records.
        var passed = watermark == long.MaxValue ? watermark : watermark - (((watermark % SliceMs) + SliceMs) % SliceMs);
        if (_times.Advance(passed)) JoinInOrder(_lefts.TakeBefore(passed), _rights.TakeBefore(passed));
        base.AdvanceBoth(passed);
    }

    /// <summary>Removes the keys whose last right record is too old for any left one to come.</summary>
    public override bool Poll()
        => _sweeper is not null
            && _sweeper.Step(_latest, _times.Watermark, this, static (self, _, ref readonly right) => self.IsTooOld(right.Time));

    protected override void Declare(StepDeclaration declare)
    {
        _lefts = declare.Waiting<TKey, TLeft>("lefts", TimeSpan.FromMilliseconds(SliceMs));
        _rights = declare.Waiting<TKey, TRight>("rights", TimeSpan.FromMilliseconds(SliceMs));
        _latest = declare.State<TKey, (long Time, TRight Value)>("latest");
        _lateRecords = declare.Counter(CounterDefinition.Late);
        _unmatched = declare.Counter(CounterDefinition.Unmatched);
        _times = declare.KeyTimes<TKey>();
        declare.EventTime(() => _times.Watermark);
    }

    private bool IsTooOld(long time) => _sweeper!.RoundFor - time > toleranceMs;

    private bool IsLate(TKey key, long time)
    {
        if (!_times.IsLate(key, time)) return false;
        _lateRecords.Add();
        return true;
    }

    private void JoinInOrder(ReadOnlySpan<WaitingRecord<TKey, TLeft>> lefts, ReadOnlySpan<WaitingRecord<TKey, TRight>> rights)
    {
        var next = 0;
        foreach (ref readonly var left in lefts)
        {
            for (; next < rights.Length && rights[next].Time <= left.Time; next++) TakeAsLatest(in rights[next]);
            Join(in left);
        }

        for (; next < rights.Length; next++) TakeAsLatest(in rights[next]);
    }

    private void TakeAsLatest(in WaitingRecord<TKey, TRight> right)
    {
        _latest.Update(right.Key, out var exists) = (right.Time, right.Value);
        if (!exists) _sweeper?.Added();
    }

    private void Join(in WaitingRecord<TKey, TLeft> left)
    {
        if (_latest.TryGet(left.Key, out var right) && !(left.Time - right.Time > toleranceMs))
        {
            Emit(in left, right.Value);
            return;
        }

        _unmatched.Add();
        if (outer == Outer.Left) Emit(in left, default);
    }

    private void Emit(in WaitingRecord<TKey, TLeft> left, TRight? right)
    {
        TOut value;
        try
        {
            value = result(left.Value, right);
        }
        catch (Exception error)
        {
            Reject(error, new Record<TLeft>(left.Value, left.Time, left.Origin));
            return;
        }

        Emit(new Record<Keyed<TKey, TOut>>(new(left.Key, value), left.Time, left.Origin));
    }
}
