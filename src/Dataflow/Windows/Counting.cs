using Dataflow.Windows;

namespace Dataflow;

/// <summary>Windows of a fixed number of records of one key, in the order of their arrival.</summary>
/// <remarks>A window's bounds go from the oldest record's time to just after the newest's; the result has the time of the newest. Records
/// left at the end of the input form a shorter window. No record is late.</remarks>
public static class Counting
{
    /// <summary>Windows of <paramref name="records"/> records each, without overlaps.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than one record.</exception>
    /// <example><code>
    /// pieces.Window(Counting.Every(3), "every")
    ///     .Aggregate(
    ///         a => a.Collect(limit: 3, piece => piece),
    ///         (_, window, all) => $"every three: {string.Join(" ", all.Values)}")
    ///     .To(Sink.Console&lt;string>(name: "every"));
    /// </code></example>
    public static WindowSpec Every(int records) => Of(records, records);

    /// <summary>Windows of the last <paramref name="records"/> records, or of all if there are fewer; a new one every
    /// <paramref name="every"/> records.</summary>
    /// <param name="records">The largest number of records in a window.</param>
    /// <param name="every">The number of records from one window's end to the next.</param>
    /// <exception cref="ArgumentOutOfRangeException">Less than one record, or a step longer than the window.</exception>
    /// <example><code>
    /// pieces.Window(Counting.Of(3, every: 2), "last")
    ///     .Aggregate(
    ///         a => a.Collect(limit: 3, piece => piece),
    ///         (_, window, all) => $"the last three: {string.Join(" ", all.Values)}")
    ///     .To(Sink.Console&lt;string>(name: "last"));
    /// </code></example>
    public static WindowSpec Of(int records, int every)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(records, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(every, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(every, records);
        return new CountWindows(records, every);
    }
}

internal sealed record CountWindows(int Records, int Every)
    : KeyWindows(Records == Every ? $"every {Records} records" : $"last {Records} records every {Every}")
{
    public override bool NeedsTime => false;

    public override bool TakesTrigger => false;

    public override long OpenFrom(long watermark) => long.MinValue;

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator<TKey, T, TAccumulator, TResult, TOut>(
        WindowAggregate<TKey, T, TAccumulator, TResult, TOut> aggregate)
        => new CountOperator<TKey, T, TAccumulator, TResult, TOut>(this, aggregate);
}
