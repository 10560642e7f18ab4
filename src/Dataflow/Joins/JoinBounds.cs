namespace Dataflow.Joins;

/// <summary>The interval of time in which two records are partners; both bounds are inclusive.</summary>
/// <param name="LowerMs">The smallest time of the right record after the left one, negative for before, or -<c>Unbounded</c>.</param>
/// <param name="UpperMs">The largest time, or <c>Unbounded</c>; where the left value decides, the largest that it may say.</param>
/// <param name="UpperOf">The largest time for one left value; null where it is the same for all.</param>
internal sealed record JoinBounds<TLeft>(long LowerMs, long UpperMs, Func<TLeft, TimeSpan>? UpperOf = null)
{
    private const long MinSliceMs = 10;
    private const long MaxSliceMs = 366L * 24 * 60 * 60 * 1000;
    private const int SlicesPerInterval = 4;

    public bool AreUnbounded => LowerMs == -JoinBounds.Unbounded && UpperMs == JoinBounds.Unbounded;

    /// <summary>The length of the slices in which records are kept: few per interval, so that a lookup reads few.</summary>
    public TimeSpan Slice
    {
        get
        {
            var span = LowerMs == -JoinBounds.Unbounded ? Math.Abs(UpperMs)
                : UpperMs == JoinBounds.Unbounded ? Math.Abs(LowerMs)
                : UpperMs - LowerMs;
            return TimeSpan.FromMilliseconds(Math.Clamp(span / SlicesPerInterval, MinSliceMs, MaxSliceMs));
        }
    }

    public string Text
        => AreUnbounded
            ? "no time limit"
            : $"right from {JoinBounds.TextOf(LowerMs)} to {(UpperOf is null ? "" : "at most ")}{JoinBounds.TextOf(UpperMs)}";

    /// <summary>The time of the last right record that may be a partner of a left one.</summary>
    /// <exception cref="InvalidOperationException">The left value exceeds the largest bound that was stated.</exception>
    public long EndOfLeft(long time, TLeft value)
    {
        if (UpperOf is null) return JoinBounds.Add(time, UpperMs);
        var upper = UpperOf(value);
        if (upper.TotalMilliseconds > UpperMs)
        {
            throw new InvalidOperationException(
                $"The record's upper bound is {upper}, which is more than maxUpper, {JoinBounds.TextOf(UpperMs)}.");
        }

        return time + (long)Math.Floor(upper.TotalMilliseconds);
    }

    /// <summary>The time of the last left record that may be a partner of a right one.</summary>
    public long EndOfRight(long time) => JoinBounds.Add(time, -LowerMs);
}

internal static class JoinBounds
{
    /// <summary>The value for no bound.</summary>
    public const long Unbounded = long.MaxValue;

    public static JoinBounds<TLeft> Between<TLeft>(TimeSpan lower, TimeSpan upper, Func<TLeft, TimeSpan>? upperOf = null)
    {
        if (lower > upper)
        {
            throw new ArgumentOutOfRangeException(nameof(lower), lower,
                $"No record can be at least {lower} and at most {upper} after another. Give the lesser bound first.");
        }

        return new(Milliseconds(lower, nameof(lower)), Milliseconds(upper, nameof(upper)), upperOf);
    }

    /// <summary>Makes the bounds from the times to live of both sides; null: kept for ever.</summary>
    public static JoinBounds<TLeft> Keeping<TLeft>(TimeSpan? keepLeft, TimeSpan? keepRight)
    {
        if (keepLeft is { } left) ArgumentOutOfRangeException.ThrowIfLessThan(left, TimeSpan.Zero, nameof(keepLeft));
        if (keepRight is { } right) ArgumentOutOfRangeException.ThrowIfLessThan(right, TimeSpan.Zero, nameof(keepRight));
        return new(
            keepRight is null ? -Unbounded : -Milliseconds(keepRight.Value, nameof(keepRight)),
            keepLeft is null ? Unbounded : Milliseconds(keepLeft.Value, nameof(keepLeft)));
    }

    public static long Add(long time, long span) => span == Unbounded ? Unbounded : time + span;

    public static string TextOf(long milliseconds)
        => Math.Abs(milliseconds) == Unbounded ? "ever" : TimeSpan.FromMilliseconds(milliseconds).ToString();

    public static long Milliseconds(TimeSpan span, string name)
        => span.Ticks % TimeSpan.TicksPerMillisecond == 0
            ? (long)span.TotalMilliseconds
            : throw new ArgumentOutOfRangeException(name, span, "A bound is a number of whole milliseconds.");
}
