namespace Dataflow.Processing;

/// <summary>The entries of a state, with or without time to live.</summary>
internal abstract class StateTable<TEntry, TValue>
    where TEntry : notnull
{
    /// <summary>Called with each expired entry when it is removed.</summary>
    public Action<TEntry, TValue>? OnExpired { get; set; }

    /// <summary>Called with each entry whose change was undone, and whether it exists now.</summary>
    public abstract Action<TEntry, bool>? OnUndone { set; }

    public abstract bool TryGet(TEntry entry, out TValue value);

    public abstract ref TValue Update(TEntry entry, out bool exists);

    public abstract bool Remove(TEntry entry);

    /// <summary>Calls <paramref name="visit"/> for each entry, also for expired ones that are not removed yet.</summary>
    public abstract void ForEach(Action<TEntry> visit);
}

internal sealed class LastingTable<TEntry, TValue>(UndoableState<TEntry, TValue> entries) : StateTable<TEntry, TValue>
    where TEntry : notnull
{
    public override Action<TEntry, bool>? OnUndone
    {
        set => entries.OnUndone = value;
    }

    public override bool TryGet(TEntry entry, out TValue value) => entries.TryGet(entry, out value);

    public override ref TValue Update(TEntry entry, out bool exists) => ref entries.Update(entry, out exists);

    public override bool Remove(TEntry entry) => entries.Remove(entry);

    public override void ForEach(Action<TEntry> visit) => entries.ForEach(visit, static (visit, entry, in _) => visit(entry));
}

internal sealed class ExpiringTable<TEntry, TValue> : StateTable<TEntry, TValue>, IExpires, IUndoable
    where TEntry : notnull
{
    private readonly UndoableState<TEntry, Expiring<TValue>> _entries;
    private readonly long _timeToLiveMs;
    private readonly IStateTime _time;
    private readonly UndoLog _log;
    private readonly Sweeper _sweeper;
    private long _expired;
    private long _expiredNow; // not to be counted if the current record fails

    public ExpiringTable(UndoableState<TEntry, Expiring<TValue>> entries, long timeToLiveMs, IStateTime time, UndoLog log)
    {
        (_entries, _timeToLiveMs, _time, _log) = (entries, timeToLiveMs, time, log);
        _sweeper = new Sweeper(timeToLiveMs);
        log.Add(this);
    }

    public override Action<TEntry, bool>? OnUndone
    {
        set => _entries.OnUndone = value;
    }

    public long Expired => _expired + _expiredNow;

    public void Commit() => (_expired, _expiredNow) = (Expired, 0);

    public void Undo() => _expiredNow = 0;

    public override bool TryGet(TEntry entry, out TValue value)
    {
        var isThere = _entries.TryGet(entry, out var found) && found.UntilMs > _time.Now;
        value = isThere ? found.Value : default!;
        return isThere;
    }

    public override ref TValue Update(TEntry entry, out bool exists)
    {
        ref var found = ref _entries.Update(entry, out exists);
        if (!exists) _sweeper.Added();
        if (exists && found.UntilMs <= _time.Now)
        {
            Leave(entry, in found);
            found = default;
            exists = false;
        }

        found.UntilMs = Math.Max(exists ? found.UntilMs : long.MinValue, After(_time.Now));
        return ref found.Value;
    }

    public override bool Remove(TEntry entry) => _entries.Remove(entry);

    public override void ForEach(Action<TEntry> visit) => _entries.ForEach(visit, static (visit, entry, in _) => visit(entry));

    public bool Sweep(long watermark)
        => _sweeper.Step(_entries.State, watermark, this, static (self, entry, ref readonly found) => self.IsOver(entry, in found));

    private bool IsOver(TEntry entry, ref readonly Expiring<TValue> found)
    {
        if (found.UntilMs > _sweeper.RoundFor) return false;
        Leave(entry, in found);
        return true;
    }

    private void Leave(TEntry entry, ref readonly Expiring<TValue> found)
    {
        if (_log.IsOn) _expiredNow++;
        else _expired++;
        OnExpired?.Invoke(entry, found.Value);
    }

    private long After(long now) => now > long.MaxValue - _timeToLiveMs ? long.MaxValue : now + _timeToLiveMs;
}

/// <summary>State whose entries expire.</summary>
internal interface IExpires
{
    /// <summary>The number of entries that have expired.</summary>
    long Expired { get; }

    /// <summary>Removes a bounded number of entries that the watermark has passed; false if there is nothing more to do for now.</summary>
    bool Sweep(long watermark);
}
