namespace Dataflow.Processing;

/// <summary>Whose states a step's code sees at the moment, and at what time.</summary>
internal sealed class StateScope<TKey> : IStateTime
    where TKey : notnull
{
    private TKey _key = default!;

    public bool HasKey { get; private set; }

    public long Now { get; private set; }

    public TKey Key => HasKey
        ? _key
        : throw new InvalidOperationException("State by key is for OnRecord, OnTimer and OnProcessingTimer: elsewhere there is no key.");

    public void Begin(TKey key, long now) => (_key, Now, HasKey) = (key, now, true);

    public void End() => HasKey = false;
}

/// <summary>The event time by which entries end: that of the record or timer at hand.</summary>
internal interface IStateTime
{
    long Now { get; }
}

/// <summary>State of which a key's part can be forgotten.</summary>
internal interface IClears
{
    void Clear();
}
