namespace Dataflow.Windows;

/// <summary>Aggregates the records of each key in sessions and emits them when the watermark has passed their ends.</summary>
internal sealed class SessionOperator<TKey, T, TAccumulator, TResult, TOut>(
    SessionWindows windows,
    WindowAggregate<TKey, T, TAccumulator, TResult, TOut> aggregate)
    : FiringOperator<TKey, T, TAccumulator, TResult, TOut>(aggregate), IPrefetches<Keyed<TKey, T>>
    where TKey : notnull
{
    private readonly DueKeys<TKey> _due = new();
    private Counter _lateRecords = null!;
    private readonly DueKeys<TKey> _dueInQuiet = new();
    private readonly List<TKey> _firing = [];
    private SessionState<TKey, TAccumulator> _sessions = null!;
    private readonly Node _filter = aggregate.Filter;
    private ILateRecords<TKey, T> _late = null!;

    protected override long OpenWindows => _sessions.Count;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        var key = record.Value.Key;
        ref var newest = ref _sessions.Newest(key, out var exists);
        if (!exists)
        {
            if (IsLate(in record) || !TryBegin(in record, out newest))
            {
                _sessions.Forget(key);
                return;
            }

            Count(key, ref newest);
            Watch(key, ref newest, DueOf(in newest, Times.Of(key)));
        }
        else if (record.Timestamp - newest.Last > windows.GapMs)
        {
            if (!TryBegin(in record, out var session)) return;
            Count(key, ref session);
            _sessions.AddNewest(key, session);
            WatchEarlier(key, ref _sessions.Newest(key, out _), in session);
        }
        else if (IsIn(in newest, record.Timestamp))
        {
            if (!TryAdd(ref newest.Value, isNew: false, in record)) return;
            newest.Widen(record.Timestamp);
            Count(key, ref newest);
            // A session that was over, but took a late record, may live on.
            if (Trigger.AllowedLateness > TimeSpan.Zero) WatchEarlier(key, ref newest, in newest);
        }
        else
        {
            AddBefore(in record);
        }
    }

    public bool Prefetch(in Record<Keyed<TKey, T>> record) => _sessions.ByKey.Prefetch(record.ValueRef().Key);

    protected override void Declare(StepDeclaration declare)
    {
        _lateRecords = declare.Counter(CounterDefinition.Late);
        base.Declare(declare);
        _sessions = new SessionState<TKey, TAccumulator>(declare);
    }

    protected override void Open()
    {
        base.Open();
        _due.Refill(_sessions.ByKey);
        _late = Context.StepOf<ILateRecords<TKey, T>>(_filter)!;
    }

    protected override void Close(long watermark)
    {
        while (_due.TryTake(watermark, out var key, out var due))
        {
            // Most keys have newer records since they were queued; they are queued again.
            if (_sessions.DueOf(key) == due) Close(key, watermark);
        }

        if (IsEarlyDue(Watermark, watermark)) FireEarly();
    }

    protected override void LookAtQuiet(long quiet, long from)
    {
        if (Watched < long.MaxValue) _dueInQuiet.Refill(_sessions.ByKey);
        var given = long.MinValue;
        while (_dueInQuiet.TryTake(quiet, out var key, out _)) given = Math.Max(given, Give(key, quiet));
        if (IsEarlyDue(from, quiet)) FireEarly();
        Looked(quiet, given);
        Watched = long.MaxValue; // any record may change them
    }

    /// <summary>Emits a key's sessions that would be over at a time ahead of the watermark; returns the time up to which it did.</summary>
    private long Give(TKey key, long quiet)
    {
        var (sessions, reached, given) = (_sessions.Load(key), Times.Of(key), long.MinValue);
        for (var i = sessions.Count - 1; i >= 0; i--)
        {
            var session = sessions[i];
            if (windows.IsOver(session.Last, reached)) continue;
            if (!windows.IsOver(session.Last, quiet))
            {
                _dueInQuiet.Add(key, windows.DueOf(session.Last));
                break; // and so are all newer ones
            }

            Fire(key, Firing.Quiet, ref session);
            _sessions.Write(i, session);
            given = windows.DueOf(session.Last) + 1;
        }

        return given;
    }

    private void Close(TKey key, long watermark)
    {
        var (sessions, before, due) = (_sessions.Load(key), Times.Of(key), long.MaxValue);
        var now = Math.Max(watermark, before);
        for (var i = sessions.Count - 1; i >= 0; i--)
        {
            var session = sessions[i];
            if (windows.IsOver(session.Last, now) && !windows.IsOver(session.Last, before)) Fire(key, Firing.OnTime, ref session);
            if (windows.IsOver(session.Last, Trigger.Closed(now)))
            {
                _sessions.RemoveLast();
                continue;
            }

            due = Math.Min(due, DueOf(in session, now));
            _sessions.Write(i, session);
        }

        if (sessions.Count > 0) Watch(key, ref _sessions.Newest(key, out _), due);
    }

    private void FireEarly()
    {
        _sessions.ByKey.ForEach(_firing, static (firing, key, in _) => firing.Add(key));
        foreach (var key in _firing)
        {
            var sessions = _sessions.Load(key);
            for (var i = sessions.Count - 1; i >= 0; i--)
            {
                var session = sessions[i];
                if (session.Pending == 0) continue;
                Fire(key, Firing.Early, ref session);
                _sessions.Write(i, session);
            }
        }

        _firing.Clear();
    }

    /// <summary>Counts a record that was added to a session; an early or late result may fall due.</summary>
    private void Count(TKey key, ref OpenWindow<TAccumulator> session)
    {
        session.Pending++;
        if (Watched > QuietUpTo) Touch();
        if (windows.IsOver(session.Last, Times.Of(key))) Fire(key, Firing.Late, ref session);
        else if (IsEarlyDue(in session)) Fire(key, Firing.Early, ref session);
    }

    private void Fire(TKey key, Firing firing, ref OpenWindow<TAccumulator> session)
    {
        var window = windows.Of(in session);
        Fire(key, window, firing, ref session, windows.TimestampOf(window, Times.Of(key)),
            isGivenInQuiet: windows.IsOver(session.Last, QuietUpTo));
    }

    /// <summary>The time of a session's next event: its end, or after that the end of the allowed lateness.</summary>
    private long DueOf(in OpenWindow<TAccumulator> session, long watermark)
        => windows.DueOf(session.Last) + (windows.IsOver(session.Last, watermark) ? (long)Trigger.AllowedLateness.TotalMilliseconds : 0);

    /// <summary>Whether a record, no newer than the newest session's end, belongs to that session and certainly to no other.</summary>
    private bool IsIn(in OpenWindow<TAccumulator> newest, long time)
        => time >= newest.First || (newest.Next == SessionState.None && newest.First - time <= windows.GapMs);

    private bool IsLate(in Record<Keyed<TKey, T>> record)
    {
        if (!windows.IsOver(record.Timestamp, ClosedOf(record.Value.Key))) return false;
        _lateRecords.Add();
        _late.EmitLate(in record);
        return true;
    }

    private bool TryBegin(in Record<Keyed<TKey, T>> record, out OpenWindow<TAccumulator> session)
    {
        session = new() { First = record.Timestamp, Last = record.Timestamp, Next = SessionState.None, Due = long.MaxValue };
        return TryAdd(ref session.Value, isNew: true, in record);
    }

    /// <summary>Adds a record before the newest session, where there are or may be others: it begins a session, or extends or merges those
    /// that it touches.</summary>
    private void AddBefore(in Record<Keyed<TKey, T>> record)
    {
        var key = record.Value.Key;
        var sessions = _sessions.Load(key);
        var (first, count) = Touched(sessions, record.Timestamp);
        if (count == 0 && IsLate(in record)) return;
        if (!TryBegin(in record, out var session)) return;

        // The record is merged last, whether or not an older session is still there: the order must not depend on the watermark.
        try
        {
            for (var i = first; i < first + count; i++) session = Joined(sessions[i], session);
        }
        catch (OperatorException error)
        {
            Reject(error, in record);
            return;
        }

        Count(key, ref session);
        _sessions.Replace(first, count, session);
        WatchEarlier(key, ref _sessions.Newest(key, out _), in session);
    }

    /// <summary>Returns the sessions, at most two and adjacent, that a record touches; its insertion point if there are none.</summary>
    private (int First, int Count) Touched(List<OpenWindow<TAccumulator>> sessions, long time)
    {
        var first = 0;
        while (first < sessions.Count && sessions[first].First - time > windows.GapMs) first++;
        var count = 0;
        while (first + count < sessions.Count && time - sessions[first + count].Last <= windows.GapMs) count++;
        return (first, count);
    }

    /// <summary>Merges two sessions into a new one. Both stay unchanged: a checkpoint may still have to write their accumulators.</summary>
    private OpenWindow<TAccumulator> Joined(OpenWindow<TAccumulator> session, OpenWindow<TAccumulator> other)
    {
        var joined = session with { Value = Create() };
        Merge(ref joined.Value, in session.Value);
        Merge(ref joined.Value, in other.Value);
        joined.Widen(other.First);
        joined.Widen(other.Last);
        joined.Pending += other.Pending;
        joined.Firings = Math.Max(joined.Firings, other.Firings);
        return joined;
    }

    private void WatchEarlier(TKey key, ref OpenWindow<TAccumulator> newest, in OpenWindow<TAccumulator> session)
    {
        var due = DueOf(in session, Times.Of(key));
        if (due < newest.Due) Watch(key, ref newest, due);
    }

    /// <summary>Queues the key for the next look at its sessions.</summary>
    private void Watch(TKey key, ref OpenWindow<TAccumulator> newest, long due)
    {
        newest.Due = due;
        _due.Add(key, due);
    }
}
