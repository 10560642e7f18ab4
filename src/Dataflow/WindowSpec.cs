namespace Dataflow;

/// <summary>A kind of window: assigns records to windows. Made by <see cref="Tumbling"/>, <see cref="Hopping"/>, <see cref="Cumulating"/>,
/// <see cref="Calendar"/>, <see cref="Session"/>, <see cref="Sliding"/>, <see cref="Counting"/> and <see cref="Global"/>.</summary>
/// <remarks>A kind of one's own derives from <see cref="AlignedWindows"/> or from <see cref="KeyWindows"/>. Its text is part of the state's
/// signature, so it must name every parameter.</remarks>
public abstract record WindowSpec
{
    private readonly string _text;

    private protected WindowSpec(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        _text = text;
    }

    /// <summary>Whether windows close by the watermark, so that the records need event time. Default true.</summary>
    public virtual bool NeedsTime => true;

    /// <summary>Whether a trigger can emit results beside those that the windows emit by themselves. Default true.</summary>
    public virtual bool TakesTrigger => true;

    /// <summary>Returns the smallest timestamp inside a window that ends after the watermark: older records are late.</summary>
    public abstract long OpenFrom(long watermark);

    /// <inheritdoc/>
    public sealed override string ToString() => _text;

    /// <summary>Returns a span of event time in milliseconds.</summary>
    /// <param name="span">The span.</param>
    /// <param name="name">The parameter's name, for the error.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not a whole number of milliseconds, at least one.</exception>
    public static long WholeMilliseconds(TimeSpan span, string name)
    {
        if (span <= TimeSpan.Zero || span.Ticks % TimeSpan.TicksPerMillisecond != 0)
            throw new ArgumentOutOfRangeException(name, span, "A span of event time is at least one millisecond, in whole milliseconds.");
        return (long)span.TotalMilliseconds;
    }
}
