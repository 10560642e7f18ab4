namespace Dataflow.Time;

/// <summary>The times that a process knows of the records to which a step assigns event time, here and in other processes. Safe for any
/// thread.</summary>
internal sealed class KnownTimes
{
    private long _oldest = long.MaxValue;
    private long _newestAtEnd = long.MinValue;

    /// <summary>The time of the oldest record that was not late in its split; <see cref="long.MaxValue"/>: none. A process that hears of a
    /// watermark knows all records before it.</summary>
    public long Oldest => Volatile.Read(ref _oldest);

    /// <summary>The time of the newest record, once the input has ended; <see cref="long.MinValue"/>: none.</summary>
    public long NewestAtEnd => Volatile.Read(ref _newestAtEnd);

    public void LearnOldest(long oldest)
    {
        for (var known = Oldest; oldest < known;) known = Interlocked.CompareExchange(ref _oldest, oldest, known);
    }

    public void LearnNewestAtEnd(long newest)
    {
        for (var known = NewestAtEnd; newest > known;) known = Interlocked.CompareExchange(ref _newestAtEnd, newest, known);
    }
}
