namespace Dataflow.Features;

/// <summary>A window of a feature: at time t from <c>floor(t - length, hop)</c> up to t, exclusive.</summary>
/// <remarks>Its end is exact and its start lies on a hop, so that it is never shorter than its length and longer by less than a hop. Hops
/// are counted from the Unix epoch.</remarks>
public readonly record struct Sawtooth
{
    internal const int MaxHops = 10_000;

    private static readonly (TimeSpan From, TimeSpan Hop)[] s_hops =
    [
        (TimeSpan.FromDays(12), TimeSpan.FromDays(1)),
        (TimeSpan.FromHours(12), TimeSpan.FromHours(1)),
        (TimeSpan.FromHours(1), TimeSpan.FromMinutes(5)),
        (TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1)),
        (TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(5)),
        (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)),
    ];

    private Sawtooth(TimeSpan length, TimeSpan hop) => (Length, Hop) = (length, hop);

    /// <summary>The smallest length of the window.</summary>
    public TimeSpan Length { get; }

    /// <summary>The distance between possible starts.</summary>
    public TimeSpan Hop { get; }

    internal long LengthMs => (long)Length.TotalMilliseconds;

    internal long HopMs => (long)Hop.TotalMilliseconds;

    /// <summary>The length in the largest unit that gives a whole number, as the end of features' names: <c>1h</c>.</summary>
    internal string Suffix => LengthMs switch
    {
        var ms when ms % TimeSpan.MillisecondsPerDay == 0 => $"{ms / TimeSpan.MillisecondsPerDay}d",
        var ms when ms % TimeSpan.MillisecondsPerHour == 0 => $"{ms / TimeSpan.MillisecondsPerHour}h",
        var ms when ms % TimeSpan.MillisecondsPerMinute == 0 => $"{ms / TimeSpan.MillisecondsPerMinute}m",
        var ms when ms % TimeSpan.MillisecondsPerSecond == 0 => $"{ms / TimeSpan.MillisecondsPerSecond}s",
        var ms => $"{ms}ms",
    };

    /// <summary>Makes a window of a length.</summary>
    /// <param name="length">The length, in whole milliseconds.</param>
    /// <param name="hop">The hop, in whole milliseconds, at most the length and at least a 10,000th of it. Unless given: a day for windows
    /// from 12 days, an hour from 12 hours, 5 minutes from an hour, a minute from 10 minutes, 5 seconds from a minute, else a
    /// second.</param>
    /// <exception cref="ArgumentOutOfRangeException">Length or hop is out of its range.</exception>
    public static Sawtooth Of(TimeSpan length, TimeSpan? hop = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(length, TimeSpan.Zero);
        if (length.Ticks % TimeSpan.TicksPerMillisecond != 0)
            throw new ArgumentOutOfRangeException(nameof(length), length, "A window has a length of whole milliseconds.");
        var every = hop ?? HopFor(length);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(every, TimeSpan.Zero, nameof(hop));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(every, length, nameof(hop));
        if (every.Ticks % TimeSpan.TicksPerMillisecond != 0 || length / every > MaxHops)
            throw new ArgumentOutOfRangeException(
                nameof(hop), every, $"A hop has whole milliseconds, and a window at most {MaxHops} hops.");
        return new(length, every);
    }

    /// <summary>Makes the window of a length with its default hop.</summary>
    public static implicit operator Sawtooth(TimeSpan length) => Of(length);

    /// <inheritdoc/>
    public override string ToString() => $"{Length} by {Hop}";

    private static TimeSpan HopFor(TimeSpan length)
    {
        foreach (var (from, hop) in s_hops)
        {
            if (length >= from) return hop;
        }

        return TimeSpan.FromMilliseconds(Math.Max(1, length.TotalMilliseconds / 10));
    }
}
