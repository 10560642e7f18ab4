using Dataflow.Windows;

namespace Dataflow;

/// <summary>Windows of one key's records that follow each other closely; a window ends where a gap begins.</summary>
public static class Session
{
    /// <summary>Sessions: a record belongs to the session of another record of its key that is at most <paramref name="gap"/> older or
    /// newer; exactly a gap away still belongs. A record between two sessions merges them.</summary>
    /// <remarks>A window's bounds go from the first record to a gap after the last. Its result is emitted once the watermark has passed
    /// that end, and has the end as its timestamp. A late record that belongs to an open session still counts.</remarks>
    /// <param name="gap">The longest pause inside a session.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not a positive number of whole milliseconds.</exception>
    /// <example><code>
    /// orders.Window(Session.WithGap(TimeSpan.FromMinutes(10)))
    ///     .Aggregate(
    ///         a => a.Sum(order => order.Pieces),
    ///         (customer, visit, pieces) => $"{customer} {visit.Start:HH:mm} to {visit.End:HH:mm}: {pieces} pieces")
    ///     .To(Sink.Console&lt;string>());
    /// </code></example>
    public static WindowSpec WithGap(TimeSpan gap)
        => new SessionWindows(WindowSpec.WholeMilliseconds(gap, nameof(gap)), $"sessions with gap {gap}");
}

/// <summary>The windows of <see cref="Session"/> and, where no gap is too long, of <see cref="Global"/>.</summary>
internal sealed record SessionWindows(long GapMs, string Text) : KeyWindows(Text)
{
    public override bool NeedsTime => !IsGlobal;

    private bool IsGlobal => GapMs == long.MaxValue;

    public Window Of<TAccumulator>(in OpenWindow<TAccumulator> session)
        => new(session.First, IsGlobal ? session.Last + 1 : session.Last + GapMs);

    /// <summary>The timestamp of a session's result; it is not late for windows that follow.</summary>
    public long TimestampOf(Window session, long watermark) => IsGlobal ? Math.Max(session.EndMs - 1, watermark) : session.EndMs;

    /// <summary>The last moment at which a record can still extend a session whose newest record has the given time.</summary>
    public long DueOf(long last) => IsGlobal ? long.MaxValue : last + GapMs;

    /// <summary>Whether a session whose newest record has the given time takes no more records.</summary>
    public bool IsOver(long last, long watermark) => DueOf(last) < watermark || watermark == long.MaxValue;

    /// <summary>Never late by the watermark alone: only the step that knows the open sessions can decide.</summary>
    public override long OpenFrom(long watermark) => long.MinValue;

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator<TKey, T, TAccumulator, TResult, TOut>(
        WindowAggregate<TKey, T, TAccumulator, TResult, TOut> aggregate)
        => new SessionOperator<TKey, T, TAccumulator, TResult, TOut>(this, aggregate);
}
