namespace Dataflow;

/// <summary>Which windows a record belongs to. Made by <see cref="Tumbling"/> and <see cref="Hopping"/>.</summary>
/// <remarks>Windows start at whole multiples of their step since the Unix epoch, in UTC. Overlapping windows share panes of
/// the greatest length that divides both size and step, so that each record is aggregated once.</remarks>
public sealed record WindowSpec
{
    internal WindowSpec(TimeSpan size, TimeSpan every, string text)
    {
        SizeMs = WholeMilliseconds(size, nameof(size));
        EveryMs = WholeMilliseconds(every, nameof(every));
        if (EveryMs > SizeMs)
        {
            throw new ArgumentOutOfRangeException(nameof(every), every,
                $"Windows of {size} every {every} would leave gaps. Choose a step no longer than the size.");
        }

        PaneMs = (long)System.Numerics.BigInteger.GreatestCommonDivisor(SizeMs, EveryMs);
        Text = text;
    }

    internal long SizeMs { get; }

    internal long EveryMs { get; }

    internal long PaneMs { get; }

    internal string Text { get; }

    internal long PaneOf(long timestamp) => FloorTo(timestamp, PaneMs);

    /// <summary>The end of the last window that a moment belongs to.</summary>
    internal long LastEndOf(long timestamp) => FloorTo(timestamp, EveryMs) + SizeMs;

    /// <summary>The end of the first window that ends after both <paramref name="pane"/> and <paramref name="moment"/>.</summary>
    internal long FirstEndAfter(long pane, long moment)
    {
        var start = FloorTo(Math.Max(pane, moment) - SizeMs, EveryMs) + EveryMs;
        return start + SizeMs;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static long FloorTo(long value, long unit) => value - (((value % unit) + unit) % unit);

    private static long WholeMilliseconds(TimeSpan span, string name)
    {
        if (span <= TimeSpan.Zero || span.Ticks % TimeSpan.TicksPerMillisecond != 0)
            throw new ArgumentOutOfRangeException(name, span, "A window is at least one millisecond, in whole milliseconds.");
        return (long)span.TotalMilliseconds;
    }
}
