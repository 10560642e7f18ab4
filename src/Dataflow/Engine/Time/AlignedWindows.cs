namespace Dataflow.Windows;

/// <summary>Windows with the same bounds for all keys. Overlapping windows share panes: no window begins or ends inside a pane.</summary>
internal abstract record AlignedWindows(string Text) : WindowSpec(Text)
{
    /// <summary>Whether each window contains the one before of the same start, so that its panes can be merged step by step.</summary>
    public virtual bool Grow => false;

    /// <summary>The windows split by length: in each part no two windows end together.</summary>
    public virtual IReadOnlyList<AlignedWindows> Lengths => [this];

    /// <summary>Returns the pane that holds a moment.</summary>
    public abstract Window PaneOf(long moment);

    /// <summary>Returns the first end of a window after a moment.</summary>
    public abstract long FirstEndAfter(long moment);

    /// <summary>Returns the windows that end at a moment, the shortest first.</summary>
    public abstract IEnumerable<Window> EndingAt(long end);

    /// <summary>Returns the smallest start of a window that ends after a moment.</summary>
    public abstract long FirstStartEndingAfter(long moment);

    /// <summary>Returns the windows that contain a pane, in the order of their ends.</summary>
    public IEnumerable<Window> HoldersOf(Window pane)
    {
        for (var end = FirstEndAfter(pane.StartMs); FirstStartEndingAfter(end - 1) <= pane.StartMs; end = FirstEndAfter(end))
        {
            foreach (var window in EndingAt(end).Where(window => window.StartMs <= pane.StartMs)) yield return window;
        }
    }

    internal sealed override long OpenFrom(long watermark)
        => watermark is long.MinValue or long.MaxValue ? watermark : FirstStartEndingAfter(watermark);

    protected static long Floor(long value, long unit) => value - (((value % unit) + unit) % unit);
}
