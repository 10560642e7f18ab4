using Dataflow.Time;

namespace Dataflow.Extensibility;

/// <summary>Whether all input of a stream is idle, so that it no longer holds back event time where it meets other streams.</summary>
/// <remarks>It travels with the watermark. The watermark of an idle stream stays where it is, so records that come after the idle time are
/// not late.</remarks>
public readonly record struct Idleness
{
    private const long NoTime = long.MinValue;

    private readonly long _aheadMs; // the event time less the clock's time when the last record came

    private Idleness(long aheadMs, long newest) => (IsIdle, _aheadMs, Newest) = (true, aheadMs, newest);

    /// <summary>The stream is not idle.</summary>
    public static Idleness None => default;

    /// <summary>Whether no record has come for as long as <c>WithEventTime</c> says.</summary>
    public bool IsIdle { get; }

    /// <summary>The idleness of input that has brought no record.</summary>
    internal static Idleness WithoutTime => new(NoTime, NoTime);

    /// <summary>The time of the newest record before the idle time, over all inputs of the stream.</summary>
    public long Newest { get; private init; }

    /// <summary>The period in which the idle splits of the stream, which its time leaves out, have no records.</summary>
    internal QuietSpell? Spell { get; init; }

    /// <summary>The time of an active stream where that is lower than its watermark: a split that was idle continues there.</summary>
    internal long? BehindMs { get; private init; }

    /// <summary>Whether an idle split of the stream is active again, though that news is still on its way.</summary>
    internal bool IsOver => Spell is { Least: < long.MaxValue };

    /// <summary>The time at which the stream holds back others; <see cref="long.MaxValue"/> where that is its watermark.</summary>
    internal long Least => Math.Min(BehindMs ?? long.MaxValue, Spell?.Least ?? long.MaxValue);

    /// <summary>The event time that the stream would have reached if it had advanced with the clock since the last record, ms since the
    /// Unix epoch; <see cref="long.MinValue"/> if the stream is not idle, or has brought no record.</summary>
    public long TimeAt(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return IsIdle && _aheadMs != NoTime ? Milliseconds(clock, clock.GetTimestamp()) + _aheadMs : NoTime;
    }

    /// <param name="watermark">The watermark of the idle input.</param>
    /// <param name="newest">The time of its newest record.</param>
    /// <param name="clock">The clock of <see cref="TimeAt"/>.</param>
    /// <param name="since">The clock's timestamp (<see cref="TimeProvider.GetTimestamp"/>) when the last record came.</param>
    internal static Idleness Since(long watermark, long newest, TimeProvider clock, long since)
        => watermark == NoTime ? WithoutTime : new(watermark - Milliseconds(clock, since), newest);

    /// <summary>The idleness that another process has reported.</summary>
    /// <param name="aheadMs">Its event time less the wall clock's time when the last record came.</param>
    /// <param name="newest">The time of the newest record.</param>
    /// <param name="clock">The clock of <see cref="TimeAt"/>.</param>
    internal static Idleness OfWallClock(long aheadMs, long newest, TimeProvider clock)
        => aheadMs == NoTime ? WithoutTime : new(aheadMs + WallClockLessTimestamp(clock), newest);

    /// <summary>The event time less the wall clock's time when the last record came: what a process reports to others.</summary>
    internal long AheadOfWallClock(TimeProvider clock)
        => IsIdle && _aheadMs != NoTime ? _aheadMs - WallClockLessTimestamp(clock) : NoTime;

    /// <summary>The idleness of an active stream, some splits of which may be idle.</summary>
    internal static Idleness Active(QuietSpell? spell) => new() { Spell = spell };

    /// <summary>Combines the idleness of two idle streams.</summary>
    internal static Idleness OfBoth(Idleness one, Idleness other)
        => new(Math.Max(one._aheadMs, other._aheadMs),
            Math.Max(one.Newest, other.Newest)) { Spell = QuietSpell.OfBoth(one.Spell, other.Spell) };

    /// <summary>Adds the time of the stream where it is lower than its watermark.</summary>
    internal Idleness WithTime(long time, long watermark)
    {
        time = Math.Min(time, BehindMs ?? long.MaxValue);
        return this with { BehindMs = time < watermark && !IsIdle ? time : null };
    }

    private static long WallClockLessTimestamp(TimeProvider clock)
        => clock.GetUtcNow().ToUnixTimeMilliseconds() - Milliseconds(clock, clock.GetTimestamp());

    private static long Milliseconds(TimeProvider clock, long timestamp) => (long)clock.GetElapsedTime(0, timestamp).TotalMilliseconds;
}
