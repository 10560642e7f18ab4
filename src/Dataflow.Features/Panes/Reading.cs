namespace Dataflow.Features.Panes;

/// <summary>A view of an entity at a moment, from which its features are computed. The same object is reused for one entity after the
/// other.</summary>
/// <remarks>The panes of a window are found once for all the aggregates over it.</remarks>
internal sealed class Reading<T>(ViewLayout<T> layout)
{
    private readonly PaneLevels _levels = layout.Levels;
    private readonly long[] _floors = new long[layout.Levels.Count]; // of the time of the read, by level
    private readonly WindowPanes[] _windows = [.. layout.Levels.Windows.Select(_ => new WindowPanes(layout.Levels.Count))];
    // of the hops that have begun, coarsest first
    private readonly PaneRange[] _finer = new PaneRange[PaneRange.MaxOfLevel * layout.Levels.Count];
    private readonly int[] _finerFrom = new int[layout.Levels.Count]; // where those finer than a level begin
    private readonly LevelPanes[] _found = new LevelPanes[layout.Levels.Count];
    private int _finerCount;
    private bool _knowsFiner;
    private KeptEvent<T>[]? _recent;
    private int[] _recentIn = new int[4];
    private int _recentInCount;
    private PaneTable _panes;
    private OverflowedPane[]? _overflowed;
    private KeptEvent<T> _latest;

    public long At { get; private set; }

    public long HistoryFrom { get; private set; }

    /// <summary>The entity's latest event before the read, unless it is forgotten.</summary>
    public ref readonly KeptEvent<T> Latest => ref _latest;

    public bool IsExpired { get; private set; }

    /// <summary>Whether the watermark is further behind than the view allows.</summary>
    public bool IsBehind { get; private set; }

    public long? LatestTime => _latest.Exists ? _latest.Time : null;

    public ref readonly PaneTable Panes => ref _panes;

    /// <summary>The indexes of the individually kept events that lie in the current finest pane, in the order of arrival.</summary>
    public ReadOnlySpan<int> RecentIn => _recentIn.AsSpan(0, _recentInCount);

    public T RecentValue(int recent) => _recent![recent].Value;

    /// <summary>Moves to an entity.</summary>
    /// <param name="entity">The state; must not change before the next move.</param>
    /// <param name="at">The time of the read: events of that time and later are not seen.</param>
    /// <param name="watermark">The watermark.</param>
    /// <param name="historyFrom">The time of the first event of the view's stream.</param>
    public void MoveTo(ref readonly Entity<T> entity, long at, long watermark, long historyFrom)
    {
        _panes = entity.Panes;
        _recent = entity.Recent;
        _overflowed = entity.Overflowed;
        _knowsFiner = false;
        foreach (ref var window in _windows.AsSpan()) window.IsKnown = false;
        At = at;
        HistoryFrom = historyFrom;
        for (var level = 0; level < _floors.Length; level++)
        {
            // Most reads lie in the hop of the one before, and a division takes as long as all the rest of this.
            if (at < _floors[level] || at - _floors[level] >= _levels.Hop(level)) _floors[level] = PaneLevels.Floor(at, _levels.Hop(level));
        }

        LookAtRecent(in entity);
        if (_latest.Time < layout.KnownFrom(at)) _latest = default;
        IsExpired = _latest.Exists && at - _latest.Time >= layout.TimeToLiveMs;
        IsBehind = layout.MaxLagMs is { } max && (watermark == long.MinValue || at - watermark > max);
    }

    /// <summary>Finds the panes of a window, in the order of time.</summary>
    /// <param name="number">The number of the window in <see cref="PaneLevels.Windows"/>.</param>
    /// <param name="from">The start of the window.</param>
    public ReadOnlySpan<PaneRange> PanesOf(int number, out long from)
    {
        ref var window = ref _windows[number];
        if (!window.IsKnown) Find(ref window, _levels.Windows[number]);
        from = window.From;
        return window.Ranges.AsSpan(0, window.Count);
    }

    /// <summary>Whether an aggregate has overflowed in one of the given panes.</summary>
    public bool HasOverflowed(int aggregate, ReadOnlySpan<PaneRange> ranges)
    {
        if (_overflowed is null) return false;
        foreach (var overflowed in _overflowed)
        {
            if (overflowed.Aggregate != aggregate || PaneOf(overflowed.Level, overflowed.Start) is not { } pane) continue;
            foreach (var range in ranges)
            {
                if (pane >= range.First && pane < range.End) return true;
            }
        }

        return false;
    }

    private int? PaneOf(int level, long start)
    {
        ref readonly var panes = ref _found[level];
        if (!panes.Exist) return null;
        if (panes.NewestStart == start) return level;
        var (first, end) = _panes.OlderIn(layout.Shape, panes.First, panes.End, start, start + 1);
        return first < end ? first : null;
    }

    private void LookAtRecent(ref readonly Entity<T> entity)
    {
        ref readonly var latest = ref entity.Latest;
        var from = _floors.Length == 0 ? At : _floors[0];
        _recentInCount = 0;
        for (var i = 0; i < entity.RecentCount; i++)
        {
            ref readonly var kept = ref entity.Recent![i];
            if (kept.Time >= At) continue;
            if (kept.IsAfter(in latest)) latest = ref kept;
            if (kept.Time < from) continue;
            if (_recentInCount == _recentIn.Length) Array.Resize(ref _recentIn, 2 * _recentInCount);
            _recentIn[_recentInCount++] = i;
        }

        _latest = latest;
    }

    private void Find(ref WindowPanes window, (long LengthMs, long HopMs, int Level) shape)
    {
        if (!_knowsFiner) FindFiner();
        var begin = At - shape.LengthMs;
        if (begin < window.From || begin - window.From >= shape.HopMs) window.From = PaneLevels.Floor(begin, shape.HopMs);
        window.Count = 0;
        Add(window.Ranges, ref window.Count, shape.Level, window.From, _floors[shape.Level]);
        foreach (var range in _finer.AsSpan(_finerFrom[shape.Level].._finerCount)) window.Ranges[window.Count++] = range;
        window.IsKnown = true;
    }

    /// <summary>Finds for each level but the coarsest the panes in the current hop of the coarser level, with which all windows
    /// end.</summary>
    private void FindFiner()
    {
        _panes.Find(layout.Shape, _found);
        _finerCount = 0;
        for (var level = _floors.Length - 1; level >= 0; level--)
        {
            _finerFrom[level] = _finerCount;
            if (level > 0) Add(_finer, ref _finerCount, level - 1, _floors[level], _floors[level - 1]);
        }

        _knowsFiner = true;
    }

    private void Add(PaneRange[] ranges, ref int count, int level, long from, long to)
    {
        ref readonly var panes = ref _found[level];
        if (!panes.Exist) return;
        var (first, end) = _panes.OlderIn(layout.Shape, panes.First, panes.End, from, to);
        if (first < end) ranges[count++] = new(first, end);
        if (panes.NewestStart >= from && panes.NewestStart < to) ranges[count++] = new(level, level + 1);
    }

    private struct WindowPanes(int levels)
    {
        public readonly PaneRange[] Ranges = new PaneRange[PaneRange.MaxOfLevel * levels];
        public int Count;
        public long From;
        public bool IsKnown;
    }
}

/// <summary>Consecutive panes.</summary>
/// <param name="First">The first one's number.</param>
/// <param name="End">The number after the last one's.</param>
internal readonly record struct PaneRange(int First, int End)
{
    public const int MaxOfLevel = 2; // the older ones, and the newest
}
