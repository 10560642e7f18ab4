namespace Dataflow;

/// <summary>Collects values by key: the common base for plain and keyed streams.</summary>
internal abstract class BatchingOperator<TKey, T, TIn, TOut>(BatchBounds<T> bounds) : Operator<TIn, TOut>
    where TKey : notnull
{
    private const int MaxGone = 4096; // removed lists, in a queue

    private readonly long _withinMs = (long)(bounds.Within ?? default).TotalMilliseconds;
    private readonly long _withinEventTimeMs = (long)(bounds.WithinEventTime ?? default).TotalMilliseconds;
    private readonly PriorityQueue<TKey, long> _byClock = new(); // by the arrival of the first value, in ms; may contain removed lists
    private readonly PriorityQueue<TKey, long> _byEventTime = new(); // by the first value's time, likewise
    private KeyedState<TKey, (List<T> Values, long Cost, long SinceMs, long FirstTime, long NewestTime)> _lists = null!;
    private long? _now; // read once for a batch of records
    private KeyTimes<TKey> _times = null!; // set by Declare
    private Idleness _idleness;

    static BatchingOperator()
    {
        GeneratedCodecs.AddPart<List<T>?>(KnownCodecs.List<T>);
        GeneratedCodecs.Add(new TupleForm<(List<T>, long, long, long, long)>(
            new TupleMember<(List<T>, long, long, long, long), List<T>>(static (ref of) => ref of.Item1),
            new TupleMember<(List<T>, long, long, long, long), long>(static (ref of) => ref of.Item2),
            new TupleMember<(List<T>, long, long, long, long), long>(static (ref of) => ref of.Item3),
            new TupleMember<(List<T>, long, long, long, long), long>(static (ref of) => ref of.Item4),
            new TupleMember<(List<T>, long, long, long, long), long>(static (ref of) => ref of.Item5)));
    }

    public override void Process(in Record<TIn> record)
    {
        var (key, value) = Take(in record);
        long cost;
        try
        {
            cost = bounds.CostOf(value);
            Context.CheckKept(value);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        if (cost > 0 && _lists.TryGet(key, out var before) && cost > bounds.MaxCost - before.Cost) HandOn(key);
        ref var list = ref _lists.Update(key, out var exists);
        if (!exists) list = Begin(key, record.Timestamp);
        list.Values.Add(value);
        list.Cost += cost;
        list.NewestTime = Math.Max(list.NewestTime, record.Timestamp);
        if (list.Values.Count >= bounds.MaxCount || list.Cost >= bounds.MaxCost) HandOn(key);
    }

    public override void Advance(long watermark)
    {
        if (watermark == long.MaxValue)
        {
            HandOnAll(static _ => true);
        }
        else
        {
            HandOnDue(watermark);
            _times.Advance(watermark);
        }

        base.Advance(watermark);
    }

    public override void Idle(Idleness idleness)
    {
        _idleness = idleness;
        HandOnQuiet();
        base.Idle(idleness);
    }

    public override void EndOfBatch()
    {
        HandOnQuiet();
        _now = null;
        while (_byClock.TryPeek(out var key, out var since) && Now() - since >= _withinMs)
        {
            _byClock.Dequeue();
            if (_lists.TryGet(key, out var list) && list.SinceMs == since) HandOn(key);
        }

        _now = null;
        if (Math.Max(_byClock.Count, _byEventTime.Count) > MaxGone + (2 * _lists.Count)) FillQueues();
    }

    protected override void Declare(StepDeclaration declare)
    {
        _lists = declare.State<TKey, (List<T>, long, long, long, long)>("lists");
        _times = declare.KeyTimes<TKey>();
    }

    protected override void Open()
    {
        FillQueues();
        HandOnAll(IsForeign);
    }

    /// <summary>Whether a list from a checkpoint takes no more values, since they go to another worker now.</summary>
    protected virtual bool IsForeign(TKey key) => false;

    protected abstract (TKey Key, T Value) Take(in Record<TIn> record);

    protected abstract TOut Make(TKey key, IReadOnlyList<T> values);

    private void FillQueues()
    {
        _byClock.Clear();
        _byEventTime.Clear();
        _lists.ForEach(this, static (self, key, in list) => self.Enqueue(key, list.SinceMs, list.FirstTime));
    }

    private (List<T> Values, long Cost, long SinceMs, long FirstTime, long NewestTime) Begin(TKey key, long time)
    {
        var now = bounds.Within is null ? 0 : Now();
        Enqueue(key, now, time);
        return ([], 0, now, time, time);
    }

    private long Now() => _now ??= Context.Time.GetUtcNow().ToUnixTimeMilliseconds();

    private void Enqueue(TKey key, long since, long firstTime)
    {
        if (bounds.Within is not null) _byClock.Enqueue(key, since);
        if (bounds.WithinEventTime is not null) _byEventTime.Enqueue(key, firstTime);
    }

    private void HandOnDue(long watermark)
    {
        while (_byEventTime.TryPeek(out var key, out var time) && watermark - _withinEventTimeMs >= time)
        {
            _byEventTime.Dequeue();
            if (_lists.TryGet(key, out var list) && list.FirstTime == time) HandOn(key);
        }
    }

    /// <summary>Emits lists that are due by the clock while no records come.</summary>
    private void HandOnQuiet()
    {
        if (_idleness.IsIdle && _idleness.TimeAt(Context.Time) is > long.MinValue and var quiet) HandOnDue(quiet);
    }

    private void HandOnAll(Func<TKey, bool> which)
    {
        var found = new List<TKey>();
        _lists.ForEach((found, which), static (to, key, in _) =>
        {
            if (to.which(key)) to.found.Add(key);
        });
        foreach (var key in found) HandOn(key);
    }

    private void HandOn(TKey key)
    {
        _lists.TryGet(key, out var list);
        _lists.Remove(key);
        Emit(new Record<TOut>(Make(key, list.Values), Math.Max(list.NewestTime, _times.Of(key)), default));
    }
}

/// <summary>Collects the values of a worker, under its first shard.</summary>
internal sealed class BatchOperator<T>(BatchBounds<T> bounds) : BatchingOperator<Shard, T, T, IReadOnlyList<T>>(bounds)
{
    private Shard _shard;

    protected override void Open()
    {
        _shard = Context.OwnShard;
        base.Open();
    }

    protected override bool IsForeign(Shard key) => key != _shard;

    protected override (Shard Key, T Value) Take(in Record<T> record) => (_shard, record.Value);

    protected override IReadOnlyList<T> Make(Shard key, IReadOnlyList<T> values) => values;
}

internal sealed class KeyedBatchOperator<TKey, T>(BatchBounds<T> bounds)
    : BatchingOperator<TKey, T, Keyed<TKey, T>, Keyed<TKey, IReadOnlyList<T>>>(bounds)
    where TKey : notnull
{
    protected override (TKey Key, T Value) Take(in Record<Keyed<TKey, T>> record) => (record.Value.Key, record.Value.Value);

    protected override Keyed<TKey, IReadOnlyList<T>> Make(TKey key, IReadOnlyList<T> values) => new(key, values);
}
