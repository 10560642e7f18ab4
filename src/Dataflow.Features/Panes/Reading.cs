namespace Dataflow.Features.Panes;

/// <summary>One look at an entity: what its features are computed of.</summary>
internal readonly ref struct Reading<T>
{
    private readonly ref readonly Entity<T> _entity;

    /// <param name="entity">What is kept.</param>
    /// <param name="layout">How.</param>
    /// <param name="at">The time of the read: events of that time and later are not seen.</param>
    /// <param name="watermark">The watermark.</param>
    /// <param name="historyFrom">The time of the first event of the view.</param>
    public Reading(ref readonly Entity<T> entity, ViewLayout<T> layout, long at, long watermark, long historyFrom)
    {
        _entity = ref entity;
        At = at;
        HistoryFrom = historyFrom;
        Levels = layout.Levels;
        Latest = LatestBefore(in entity, at);
        if (Latest.Time < layout.KnownFrom(at)) Latest = default;
        IsExpired = Latest.Exists && at - Latest.Time >= layout.TimeToLiveMs;
        IsBehind = layout.MostLagMs is { } most && (watermark == long.MinValue || at - watermark > most);
    }

    public long At { get; }

    public long HistoryFrom { get; }

    public PaneLevels Levels { get; }

    /// <summary>The entity's latest event before the read, unless it is forgotten.</summary>
    public KeptEvent<T> Latest { get; }

    public bool IsExpired { get; }

    /// <summary>Whether the watermark is further behind than the view allows.</summary>
    public bool IsBehind { get; }

    public long? LatestTime => Latest.Exists ? Latest.Time : null;

    public ref readonly PaneTable Panes => ref _entity.Panes;

    /// <summary>The events that are kept one by one, in the order in which they came.</summary>
    public ReadOnlySpan<KeptEvent<T>> Recent => _entity.Recent.AsSpan(0, _entity.RecentCount);

    private static KeptEvent<T> LatestBefore(ref readonly Entity<T> entity, long at)
    {
        ref readonly var latest = ref entity.Latest;
        foreach (ref readonly var kept in entity.Recent.AsSpan(0, entity.RecentCount))
        {
            if (kept.Time < at && kept.IsAfter(in latest)) latest = ref kept;
        }

        return latest;
    }
}
