namespace Dataflow.Features.Panes;

/// <summary>The lengths of an entity's panes, finest first, each a multiple of the one before.</summary>
/// <remarks>Every event goes into one pane of each level, so that no pane is ever made of others, and a pane's content depends only on the
/// entity's events, not on the times of reads. A window consists of the panes of its own hop, then of the finer ones of the current hop,
/// and finally of the events of the current finest pane.</remarks>
internal sealed class PaneLevels
{
    public const int Max = 8;

    private const long LongestFinest = 5_000; // events are kept one by one for the length of the finest pane and the disorder
    private const long MaxInOneCoarser = 64;

    private static readonly long[] s_steps = // longest first
        [86_400_000, 3_600_000, 300_000, 60_000, 5_000, 1_000];

    private readonly long[] _hops;
    private readonly long[] _longest;

    /// <param name="windows">The windows, each once.</param>
    /// <exception cref="ArgumentException">The hops do not fit together.</exception>
    public PaneLevels(IReadOnlyCollection<Sawtooth> windows)
    {
        _hops = [.. Complete([.. windows.Select(static window => window.HopMs).Distinct().Order()])];
        _longest = [
            .. _hops.Select(
            hop => windows.Where(window => window.HopMs == hop).Select(static window => window.LengthMs).DefaultIfEmpty().Max())];
        Windows = [.. windows.Select(window => (window.LengthMs, window.HopMs, Array.IndexOf(_hops, window.HopMs)))];
        if (_hops.Length > Max)
            throw new ArgumentException($"The windows have {_hops.Length} different hops, with those between. Use at most {Max}.");
    }

    public int Count => _hops.Length;

    /// <summary>The windows, with the level that has panes of their hop.</summary>
    public (long LengthMs, long HopMs, int Level)[] Windows { get; }

    public long Hop(int level) => _hops[level];

    /// <summary>Returns the start of the finest pane that contains a moment: events from there on are kept one by one.</summary>
    public long FinestFloor(long time) => _hops.Length == 0 ? time : Floor(time, _hops[0]);

    /// <summary>Returns the start of the first pane of a level that a read at a moment or later may need.</summary>
    public long NeededFrom(int level, long time)
    {
        var needed = Floor(time, _hops[Math.Min(level + 1, _hops.Length - 1)]);
        return _longest[level] == 0 ? needed : Math.Min(needed, Floor(time - _longest[level], _hops[level]));
    }

    public static long Floor(long time, long hop)
    {
        var rest = time % hop;
        return time - (rest < 0 ? rest + hop : rest);
    }

    public override string ToString() => string.Join(", ", _hops.Select(static hop => TimeSpan.FromMilliseconds(hop)));

    /// <summary>Adds levels, so that a read need not visit many panes of one that is much finer than the next.</summary>
    private static List<long> Complete(List<long> hops)
    {
        if (hops.Count == 0) return hops;
        for (var i = 1; i < hops.Count; i++)
        {
            if (hops[i] % hops[i - 1] != 0)
                throw new ArgumentException(
                    $"A hop of {TimeSpan.FromMilliseconds(hops[i])} is no multiple of {TimeSpan.FromMilliseconds(hops[i - 1])}. Give the "
                        + "windows hops of which each is a multiple of the next shorter one.");
        }

        for (var i = hops.Count - 1; i > 0; i--)
        {
            while (hops[i] / hops[i - 1] > MaxInOneCoarser && Between(hops[i - 1], hops[i]) is { } step) hops.Insert(i, step);
        }

        while (hops[0] > LongestFinest && Between(1, hops[0]) is { } finer) hops.Insert(0, finer);
        return hops;
    }

    /// <summary>Returns the shortest usual length between two that fits both and of which not too many make one of the coarser, else the
    /// longest.</summary>
    private static long? Between(long finer, long coarser)
    {
        var steps = s_steps.Where(step => step > finer && step < coarser && step % finer == 0 && coarser % step == 0).Cast<long?>()
            .ToList();
        return steps.LastOrDefault(step => coarser / step <= MaxInOneCoarser) ?? steps.FirstOrDefault();
    }
}
