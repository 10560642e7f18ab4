using Dataflow.Windows;

namespace Dataflow;

/// <summary>Windows that end at each record.</summary>
public static class Sliding
{
    /// <summary>One window for each record, over its key's records before it: from <paramref name="size"/> before the record, exclusive, to
    /// the record's time, inclusive.</summary>
    /// <remarks>A record's result is emitted once the watermark has passed its time, so that the order of arrival does not matter, and has
    /// that time; records of one key and time have equal results. A record older than the watermark is late.</remarks>
    /// <param name="size">The length of a window.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not a positive number of whole milliseconds.</exception>
    /// <example><code>
    /// orders.Window(Sliding.Over(TimeSpan.FromMinutes(10)))
    ///     .Aggregate(
    ///         a => a.Sum(order => order.Pieces),
    ///         (customer, window, pieces) => $"{window.End:HH:mm} {pieces} pieces in ten minutes")
    ///     .To(Sink.Console&lt;string>());
    /// </code></example>
    public static WindowSpec Over(TimeSpan size) => new SlidingWindows(WindowSpec.WholeMilliseconds(size, nameof(size)), $"sliding {size}");
}

internal sealed record SlidingWindows(long SizeMs, string Text) : KeyWindows(Text)
{
    public override bool TakesTrigger => false;

    public Window EndingWith(long moment) => new(moment - SizeMs + 1, moment + 1);

    public override long OpenFrom(long watermark) => watermark;

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator<TKey, T, TAccumulator, TResult, TOut>(
        WindowAggregate<TKey, T, TAccumulator, TResult, TOut> aggregate)
        => new SlidingOperator<TKey, T, TAccumulator, TResult, TOut>(this, aggregate);
}
