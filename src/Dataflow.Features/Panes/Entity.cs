using MessagePack;

namespace Dataflow.Features.Panes;

/// <summary>What a view keeps of one entity.</summary>
[MessagePackFormatter(typeof(EntityFormatter<>))]
internal struct Entity<T>
{
    public PaneTable Panes;

    /// <summary>The events that a read may have to tell apart, in the order in which they came.</summary>
    public KeptEvent<T>[]? Recent;

    public int RecentCount;

    /// <summary>The latest of all older ones.</summary>
    public KeptEvent<T> Latest;

    /// <summary>Up to where the last look for what is no longer needed went.</summary>
    public long TrimmedTo;

    /// <summary>The event that came last, be it what it may.</summary>
    public RecordOrigin Position;

    /// <summary>The aggregates that have overflowed; null: none.</summary>
    public OverflowedPane[]? Overflowed;

    /// <summary>The time of the latest event; the least there is if it had none.</summary>
    public readonly long LatestTime
    {
        get
        {
            var time = Latest.Exists ? Latest.Time : long.MinValue;
            foreach (ref readonly var kept in Recent.AsSpan(0, RecentCount)) time = Math.Max(time, kept.Time);
            return time;
        }
    }

    /// <summary>Whether it had an event at a time or later.</summary>
    public readonly bool IsKnown(long from)
    {
        if (Latest.Exists && Latest.Time >= from) return true;
        foreach (ref readonly var kept in Recent.AsSpan(0, RecentCount))
        {
            if (kept.Time >= from) return true;
        }

        return false;
    }
}

/// <summary>An aggregate that has overflowed in a pane: what the pane holds of it is worth nothing.</summary>
internal readonly record struct OverflowedPane([property: Key(0)] int Level, [property: Key(1)] long Start, [property: Key(2)] int Aggregate);

/// <summary>An event with its place in the order of time.</summary>
internal struct KeptEvent<T>
{
    public bool Exists;
    public long Time;
    public RecordOrigin Origin;
    public T Value;

    /// <summary>Whether it comes after another: by time, then by partition and offset.</summary>
    public readonly bool IsAfter(in KeptEvent<T> other)
    {
        if (!other.Exists || Time != other.Time) return !other.Exists || Time > other.Time;
        return Origin.Split != other.Origin.Split ? Origin.Split > other.Origin.Split : Origin.Offset >= other.Origin.Offset;
    }
}
