namespace Dataflow;

/// <summary>How <c>Lookup</c> calls, and what it keeps.</summary>
public sealed record LookupOptions
{
    /// <summary>How many calls at once, in which order results go on, timeout, retries, rate. What is found in the cache counts
    /// as no call.</summary>
    public AsyncOptions Calls { get; init; } = new();

    /// <summary>How many keys the cache of a job holds; the ones not asked for the longest are forgotten. 0: none.
    /// Default 10,000.</summary>
    public int CacheSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(CacheSize));
            field = value;
        }
    } = 10_000;

    /// <summary>How long after its call a row may be used again. Null, the default: as long as the cache holds it.</summary>
    public TimeSpan? TimeToLive
    {
        get;
        init
        {
            if (value is { } span) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(span, TimeSpan.Zero, nameof(TimeToLive));
            field = value;
        }
    }

    /// <summary>Whether the cache also holds that a key has no row. Default true; not so, each record of such a key calls.</summary>
    public bool CachesMisses { get; init; } = true;

    internal string Detail
        => $"{Calls.Detail}, cache of {CacheSize}{(TimeToLive is { } time ? $" for {time}" : "")}{(CachesMisses ? "" : ", without misses")}";
}
