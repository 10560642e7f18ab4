namespace Dataflow.Processing;

/// <summary>The entries of a state, with or without time to live.</summary>
internal abstract class StateTable<TEntry, TValue>
    where TEntry : notnull
{
    /// <summary>Called with each entry that has expired, when it is removed.</summary>
    public Action<TEntry, TValue>? OnExpired { get; set; }

    public abstract bool TryGet(TEntry entry, out TValue value);

    public abstract ref TValue Update(TEntry entry, out bool exists);

    public abstract bool Remove(TEntry entry);

    /// <summary>Calls back for each entry, also those that have expired and are not removed yet.</summary>
    public abstract void ForEach(Action<TEntry> visit);
}

internal sealed class LastingTable<TEntry, TValue>(KeyedState<TEntry, TValue> entries) : StateTable<TEntry, TValue>
    where TEntry : notnull
{
    public override bool TryGet(TEntry entry, out TValue value) => entries.TryGet(entry, out value);

    public override ref TValue Update(TEntry entry, out bool exists) => ref entries.Update(entry, out exists);

    public override bool Remove(TEntry entry) => entries.Remove(entry);

    public override void ForEach(Action<TEntry> visit) => entries.ForEach(visit, static (visit, entry, ref _) => visit(entry));
}

internal sealed class ExpiringTable<TEntry, TValue>(KeyedState<TEntry, Expiring<TValue>> entries, long timeToLiveMs, IStateTime time)
    : StateTable<TEntry, TValue>, IExpires
    where TEntry : notnull
{
    private const int PlacesAtOnce = 256;

    private int _nextPlace;
    private long _sweepingFor;
    private long _sweptFor = long.MinValue;

    public long Expired { get; private set; }

    public override bool TryGet(TEntry entry, out TValue value)
    {
        var isThere = entries.TryGet(entry, out var found) && found.UntilMs > time.Now;
        value = isThere ? found.Value : default!;
        return isThere;
    }

    public override ref TValue Update(TEntry entry, out bool exists)
    {
        ref var found = ref entries.Update(entry, out exists);
        if (exists && found.UntilMs <= time.Now)
        {
            Leave(entry, ref found);
            found = default;
            exists = false;
        }

        found.UntilMs = Math.Max(exists ? found.UntilMs : long.MinValue, After(time.Now));
        return ref found.Value;
    }

    public override bool Remove(TEntry entry) => entries.Remove(entry);

    public override void ForEach(Action<TEntry> visit) => entries.ForEach(visit, static (visit, entry, ref _) => visit(entry));

    /// <summary>Looks at some entries in turn; once all were looked at, waits for the watermark to move.</summary>
    public void Sweep(long watermark)
    {
        if (watermark == _sweptFor) return;
        if (_nextPlace == 0) _sweepingFor = watermark;
        if (entries.RemoveSome(ref _nextPlace, PlacesAtOnce, this, static (self, entry, ref found) => self.IsOver(entry, ref found)))
            return;
        _sweptFor = _sweepingFor;
    }

    private bool IsOver(TEntry entry, ref Expiring<TValue> found)
    {
        if (found.UntilMs > _sweepingFor) return false;
        Leave(entry, ref found);
        return true;
    }

    private void Leave(TEntry entry, ref Expiring<TValue> found)
    {
        Expired++;
        OnExpired?.Invoke(entry, found.Value);
    }

    private long After(long now) => now > long.MaxValue - timeToLiveMs ? long.MaxValue : now + timeToLiveMs;
}

/// <summary>State whose entries end.</summary>
internal interface IExpires
{
    /// <summary>How many entries have ended.</summary>
    long Expired { get; }

    /// <summary>Removes a bounded number of entries that the watermark has passed.</summary>
    void Sweep(long watermark);
}
