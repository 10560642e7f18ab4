namespace Dataflow.Extensibility;

/// <summary>Windows with the same bounds for all keys, such as those of a calendar. Overlapping windows share panes: no window begins or
/// ends inside a pane.</summary>
/// <remarks>Windows without overlaps are their own panes and need <see cref="PaneOf"/> only. All members depend on their arguments alone
/// and are defined for every moment, also before 1970; moments are in ms since the Unix epoch. The engine keeps and merges the panes,
/// applies triggers, and may aggregate before the exchange.</remarks>
public abstract record AlignedWindows : WindowSpec
{
    /// <param name="text">Describes the windows with all their parameters, for the plan and for the state's signature.</param>
    protected AlignedWindows(string text)
        : base(text)
    {
    }

    /// <summary>Whether each window contains the one before of the same start, so that its panes can be merged step by step. Default
    /// false.</summary>
    public virtual bool Grow => false;

    /// <summary>The windows split by length, so that in each part no two windows end together. Default: these windows alone, all of one
    /// length.</summary>
    public virtual IReadOnlyList<AlignedWindows> Lengths => [this];

    /// <summary>Returns the pane that holds a moment.</summary>
    public abstract Window PaneOf(long moment);

    /// <summary>Returns the first end of a window after a moment.</summary>
    public virtual long FirstEndAfter(long moment) => PaneOf(moment).EndMs;

    /// <summary>Returns the windows that end at a moment, the shortest first.</summary>
    public virtual IEnumerable<Window> EndingAt(long end) => PaneOf(end - 1) is var window && window.EndMs == end ? [window] : [];

    /// <summary>Returns the smallest start of a window that ends after a moment.</summary>
    public virtual long FirstStartEndingAfter(long moment) => PaneOf(moment).StartMs;

    /// <summary>Returns the windows that contain a pane, in the order of their ends.</summary>
    public IEnumerable<Window> HoldersOf(Window pane)
    {
        for (var end = FirstEndAfter(pane.StartMs); FirstStartEndingAfter(end - 1) <= pane.StartMs; end = FirstEndAfter(end))
        {
            foreach (var window in EndingAt(end).Where(window => window.StartMs <= pane.StartMs)) yield return window;
        }
    }

    /// <inheritdoc/>
    public sealed override long OpenFrom(long watermark)
        => watermark is long.MinValue or long.MaxValue ? watermark : FirstStartEndingAfter(watermark);

    /// <summary>Returns the largest multiple of a unit that is not above a value, which may be negative.</summary>
    protected static long Floor(long value, long unit) => value - (((value % unit) + unit) % unit);
}
