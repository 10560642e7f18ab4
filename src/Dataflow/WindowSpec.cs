namespace Dataflow;

/// <summary>A kind of window: assigns records to windows. Made by <see cref="Tumbling"/>, <see cref="Hopping"/>, <see cref="Cumulating"/>,
/// <see cref="Calendar"/>, <see cref="Session"/>, <see cref="Sliding"/>, <see cref="Counting"/> and <see cref="Global"/>.</summary>
public abstract record WindowSpec
{
    private protected WindowSpec(string text) => Text = text;

    internal string Text { get; }

    /// <summary>Whether windows close by the watermark, so that the records need event time.</summary>
    internal virtual bool NeedsTime => true;

    /// <summary>Whether a trigger can emit results beside those that the windows emit by themselves.</summary>
    internal virtual bool TakesTrigger => true;

    /// <summary>The smallest timestamp inside a window that ends after the watermark: older records are late.</summary>
    internal abstract long OpenFrom(long watermark);

    /// <inheritdoc/>
    public sealed override string ToString() => Text;

    internal static long WholeMilliseconds(TimeSpan span, string name)
    {
        if (span <= TimeSpan.Zero || span.Ticks % TimeSpan.TicksPerMillisecond != 0)
            throw new ArgumentOutOfRangeException(name, span, "A span of event time is at least one millisecond, in whole milliseconds.");
        return (long)span.TotalMilliseconds;
    }
}
