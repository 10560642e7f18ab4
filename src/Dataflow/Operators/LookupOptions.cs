namespace Dataflow;

/// <summary>The options of <c>Lookup</c>: its calls and its cache.</summary>
public sealed record LookupOptions
{
    /// <summary>The options of the calls: concurrency, order of results, timeout, retries and rate. A row found in the cache counts as no
    /// call.</summary>
    public AsyncOptions Calls { get; init; } = new();

    /// <summary>The largest number of keys in the job's cache; the least recently used ones are removed. 0: no cache. Default
    /// 10,000.</summary>
    public int CacheSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(CacheSize));
            field = value;
        }
    } = 10_000;

    /// <summary>The time after its call during which a cached row is used. Default null: as long as the cache holds it.</summary>
    public TimeSpan? TimeToLive
    {
        get;
        init
        {
            if (value is { } span) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(span, TimeSpan.Zero, nameof(TimeToLive));
            field = value;
        }
    }

    /// <summary>Whether the cache also holds that a key has no row. Default true; if false, each record of such a key makes a
    /// call.</summary>
    public bool CachesMisses { get; init; } = true;
}
