using MessagePack;

namespace Dataflow.Features.Panes;

/// <summary>The state of one entity in a view.</summary>
[MessagePackFormatter(typeof(EntityFormatter<>))]
internal struct Entity<T>
{
    public PaneTable Panes;

    /// <summary>The events that a read may have to distinguish, in the order of arrival.</summary>
    public KeptEvent<T>[]? Recent;

    public int RecentCount;

    /// <summary>The latest of all older events.</summary>
    public KeptEvent<T> Latest;

    /// <summary>The time up to which unneeded data was removed last.</summary>
    public long TrimmedTo;

    /// <summary>The origin of the event that arrived last, whatever its time.</summary>
    public RecordOrigin Position;

    /// <summary>The aggregates that have overflowed; null: none.</summary>
    public OverflowedPane[]? Overflowed;

    /// <summary>The time of the latest event; <see cref="long.MinValue"/> if there was none.</summary>
    public readonly long LatestTime
    {
        get
        {
            var time = Latest.Exists ? Latest.Time : long.MinValue;
            foreach (ref readonly var kept in Recent.AsSpan(0, RecentCount)) time = Math.Max(time, kept.Time);
            return time;
        }
    }

    /// <summary>Whether the entity had an event at a time or later.</summary>
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

/// <summary>An aggregate that has overflowed in a pane: its accumulator there is invalid.</summary>
internal readonly record struct OverflowedPane(
    [property: Key(0)] int Level, [property: Key(1)] long Start, [property: Key(2)] int Aggregate);

/// <summary>An event with its place in the order of time.</summary>
internal struct KeptEvent<T>
{
    public bool Exists;
    public long Time;
    public RecordOrigin Origin;
    public T Value;

    /// <summary>Whether the event is after another: by time, then by partition and offset.</summary>
    public readonly bool IsAfter(in KeptEvent<T> other)
    {
        if (!other.Exists || Time != other.Time) return !other.Exists || Time > other.Time;
        return Origin.Split != other.Origin.Split ? Origin.Split > other.Origin.Split : Origin.Offset >= other.Origin.Offset;
    }
}
