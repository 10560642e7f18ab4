using Dataflow.Time;

namespace Dataflow.Extensibility;

/// <summary>Whether all input of a stream has gone quiet, so that it no longer holds event time back where it meets other streams.</summary>
/// <remarks>It travels with the watermark. What continues later is not late: the watermark of an idle stream stays where it is.</remarks>
public readonly record struct Idleness
{
    private const long NoTime = long.MinValue;

    private readonly long _aheadMs; // of the clock, was event time when the last record came

    private Idleness(long aheadMs, long newest) => (IsIdle, _aheadMs, Newest) = (true, aheadMs, newest);

    /// <summary>Records come, or are waited for.</summary>
    public static Idleness None => default;

    /// <summary>Whether nothing has come for as long as <c>WithEventTime</c> says.</summary>
    public bool IsIdle { get; }

    /// <summary>Quiet input that has brought no record.</summary>
    internal static Idleness WithoutTime => new(NoTime, NoTime);

    /// <summary>The time of the newest record before the quiet, of all that makes the stream.</summary>
    internal long Newest { get; private init; }

    /// <summary>The quiet spell that the idleness belongs to.</summary>
    internal QuietSpell? Spell { get; init; }

    /// <summary>Whether the stream has gone on since this was said, though the word of that is still on its way.</summary>
    internal bool IsOver => Spell is { IsOver: true };

    /// <summary>How far event time would have come if it had gone on with the clock since the last record, ms since the Unix epoch;
    /// <see cref="long.MinValue"/> if the stream is not idle, or has brought no record.</summary>
    public long TimeAt(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return IsIdle && _aheadMs != NoTime ? Milliseconds(clock, clock.GetTimestamp()) + _aheadMs : NoTime;
    }

    /// <param name="watermark">Of the input that is quiet.</param>
    /// <param name="newest">The time of its newest record.</param>
    /// <param name="clock">The clock of <see cref="TimeAt"/>.</param>
    /// <param name="since">Its timestamp when the last record came.</param>
    internal static Idleness Since(long watermark, long newest, TimeProvider clock, long since)
        => watermark == NoTime ? WithoutTime : new(watermark - Milliseconds(clock, since), newest);

    /// <summary>Two streams that are both idle, as one.</summary>
    internal static Idleness OfBoth(Idleness one, Idleness other)
        => new(Math.Max(one._aheadMs, other._aheadMs), Math.Max(one.Newest, other.Newest)) { Spell = QuietSpell.OfBoth(one.Spell, other.Spell) };

    private static long Milliseconds(TimeProvider clock, long timestamp) => (long)clock.GetElapsedTime(0, timestamp).TotalMilliseconds;
}
