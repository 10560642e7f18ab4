using System.Numerics;

namespace Dataflow.Windows;

/// <summary>Windows of one or several lengths that start at regular intervals.</summary>
internal sealed record RegularWindows : AlignedWindows
{
    private readonly long _every;
    private readonly long _offset;
    private readonly long _pane;

    public RegularWindows(TimeSpan[] sizes, TimeSpan every, TimeSpan offset, string text)
        : base(offset == TimeSpan.Zero ? text : $"{text} from {offset}")
    {
        Sizes = [.. sizes.Select(static size => WholeMilliseconds(size, nameof(size))).Order()];
        _every = WholeMilliseconds(every, nameof(every));
        _offset = OffsetMilliseconds(offset);
        if (Array.Find(sizes, size => size < every) is { Ticks: > 0 } size)
        {
            throw new ArgumentOutOfRangeException(nameof(every), every,
                $"Windows of {size} every {every} would leave gaps. Choose a step no longer than the size.");
        }

        _pane = Sizes.Aggregate(_every, static (pane, size) => (long)BigInteger.GreatestCommonDivisor(pane, size));
    }

    public override IReadOnlyList<AlignedWindows> Lengths => [.. Sizes.Select(size => this with { Sizes = [size] })];

    private long[] Sizes { get; init; } // ascending

    public override Window PaneOf(long moment)
    {
        var start = Floor(moment - _offset, _pane) + _offset;
        return new(start, start + _pane);
    }

    public override long FirstEndAfter(long moment) => Sizes.Min(size => FirstEndAfter(moment, size));

    public override IEnumerable<Window> EndingAt(long end)
        => Sizes.Where(size => FirstEndAfter(end - 1, size) == end).Select(size => new Window(end - size, end));

    public override long FirstStartEndingAfter(long moment) => FirstEndAfter(moment, Sizes[^1]) - Sizes[^1];

    internal static long OffsetMilliseconds(TimeSpan offset)
        => offset.Ticks % TimeSpan.TicksPerMillisecond == 0
            ? (long)offset.TotalMilliseconds
            : throw new ArgumentOutOfRangeException(nameof(offset), offset, "An offset is a number of whole milliseconds.");

    private long FirstEndAfter(long moment, long size) => Floor(moment - _offset - size, _every) + _every + _offset + size;
}
