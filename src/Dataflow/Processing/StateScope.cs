namespace Dataflow.Processing;

/// <summary>The key and the time whose states a step's code currently sees.</summary>
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

/// <summary>The event time by which entries expire: that of the current record or timer.</summary>
internal interface IStateTime
{
    long Now { get; }
}

/// <summary>State that can be cleared for one key.</summary>
internal interface IClears
{
    void Clear();
}
