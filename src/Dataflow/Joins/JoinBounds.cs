namespace Dataflow.Joins;

/// <summary>How far apart in time two records may lie to be partners; both bounds belong to it.</summary>
/// <param name="LowerMs">The least that the right one may be after the left one, negative for before, or -<c>Unbounded</c>.</param>
/// <param name="UpperMs">The most, or <c>Unbounded</c>; where the left value decides, the most that it may say.</param>
/// <param name="UpperOf">The most for one left value; null where it is the same for all.</param>
internal sealed record JoinBounds<TLeft>(long LowerMs, long UpperMs, Func<TLeft, TimeSpan>? UpperOf = null)
{
    private const long MinSliceMs = 10;
    private const int SlicesPerInterval = 4;

    public bool AreUnbounded => LowerMs == -JoinBounds.Unbounded && UpperMs == JoinBounds.Unbounded;

    /// <summary>The length of the slices that records are kept in: few to an interval, so that a look at one is narrow.</summary>
    public long SliceMs
    {
        get
        {
            var span = LowerMs == -JoinBounds.Unbounded ? Math.Abs(UpperMs)
                : UpperMs == JoinBounds.Unbounded ? Math.Abs(LowerMs)
                : UpperMs - LowerMs;
            return Math.Max(span / SlicesPerInterval, MinSliceMs);
        }
    }

    public string Text
        => AreUnbounded ? "no time limit" : $"right from {JoinBounds.TextOf(LowerMs)} to {(UpperOf is null ? "" : "at most ")}{JoinBounds.TextOf(UpperMs)}";

    /// <summary>The time of the last right record that may be a left one's partner.</summary>
    /// <exception cref="InvalidOperationException">The left value says more than the greatest bound that was stated.</exception>
    public long EndOfLeft(long time, TLeft value)
    {
        if (UpperOf is null) return JoinBounds.Add(time, UpperMs);
        var upper = UpperOf(value);
        if (upper.TotalMilliseconds > UpperMs)
        {
            throw new InvalidOperationException(
                $"The record's upper bound is {upper}, more than {JoinBounds.TextOf(UpperMs)}, which was stated as the most.");
        }

        return time + (long)Math.Floor(upper.TotalMilliseconds);
    }

    /// <summary>The time of the last left record that may be a right one's partner.</summary>
    public long EndOfRight(long time) => JoinBounds.Add(time, -LowerMs);
}

internal static class JoinBounds
{
    /// <summary>Stands for no bound.</summary>
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

    /// <summary>The bounds that follow from how long either side is kept; null: for ever.</summary>
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
