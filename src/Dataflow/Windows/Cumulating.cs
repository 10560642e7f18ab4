using Dataflow.Windows;

namespace Dataflow;

/// <summary>Windows that grow step by step up to a size and then begin anew, such as the day so far, every hour.</summary>
public static class Cumulating
{
    /// <summary>Windows that begin every <paramref name="size"/> and end after each <paramref name="every"/> within it.</summary>
    /// <param name="size">The length of the longest window; a multiple of the step.</param>
    /// <param name="every">The step: each window is longer than the one before by this.</param>
    /// <param name="offset">The offset of the starts from whole multiples of the size since 1970-01-01 UTC. Default: none.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not positive whole milliseconds, or a size that is no multiple of the
    /// step.</exception>
    /// <example><code>
    /// orders.Window(Cumulating.Of(size: TimeSpan.FromHours(1), every: TimeSpan.FromMinutes(20)))
    ///     .Aggregate(
    ///         a => a.Sum(order => order.Pieces),
    ///         (item, window, pieces) => $"{window.Start:HH:mm} to {window.End:HH:mm}: {pieces} pieces")
    ///     .To(Sink.Console&lt;string>());
    /// </code></example>
    public static WindowSpec Of(TimeSpan size, TimeSpan every, TimeSpan offset = default)
        => new CumulatingWindows(size, every, offset);
}

internal sealed record CumulatingWindows : AlignedWindows
{
    private readonly long _size;
    private readonly long _every;
    private readonly long _offset;

    public CumulatingWindows(TimeSpan size, TimeSpan every, TimeSpan offset)
        : base($"cumulating {size} every {every}{(offset == TimeSpan.Zero ? "" : $" from {offset}")}")
    {
        _size = WholeMilliseconds(size, nameof(size));
        _every = WholeMilliseconds(every, nameof(every));
        _offset = RegularWindows.OffsetMilliseconds(offset);
        if (_size % _every != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(every), every,
                $"Windows up to {size} do not grow in whole steps of {every}. Choose a step that divides the size.");
        }
    }

    public override bool Grow => true;

    public override Window PaneOf(long moment)
    {
        var start = FloorTo(moment, _every);
        return new(start, start + _every);
    }

    public override long FirstEndAfter(long moment) => FloorTo(moment, _every) + _every;

    public override IEnumerable<Window> EndingAt(long end)
        => FloorTo(end, _every) == end ? [new Window(FloorTo(end - 1, _size), end)] : [];

    public override long FirstStartEndingAfter(long moment) => FloorTo(moment, _size);

    private long FloorTo(long moment, long unit) => Floor(moment - _offset, unit) + _offset;
}
