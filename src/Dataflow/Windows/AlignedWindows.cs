namespace Dataflow.Windows;

/// <summary>Windows with the same bounds for all keys. Those that overlap share panes: no window begins or ends inside one.</summary>
internal abstract record AlignedWindows(string Text) : WindowSpec(Text)
{
    /// <summary>Whether all windows of a start follow each other, each holding the one before: then so can their panes.</summary>
    public virtual bool Grow => false;

    /// <summary>Windows of which no two end together: one kind for each length.</summary>
    public virtual IReadOnlyList<AlignedWindows> Lengths => [this];

    /// <summary>The pane that holds a moment.</summary>
    public abstract Window PaneOf(long moment);

    /// <summary>The first end of a window after a moment.</summary>
    public abstract long FirstEndAfter(long moment);

    /// <summary>The windows that end at a moment, the shortest first.</summary>
    public abstract IEnumerable<Window> EndingAt(long end);

    /// <summary>The least start of a window that ends after a moment.</summary>
    public abstract long FirstStartEndingAfter(long moment);

    /// <summary>The windows that a pane is part of, in the order of their ends.</summary>
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
