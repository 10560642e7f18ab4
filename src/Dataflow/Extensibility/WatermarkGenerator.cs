namespace Dataflow.Extensibility;

/// <summary>Generates the watermark of each split of a source from the split's records: for <c>WithEventTime</c>, where bounded
/// out-of-orderness does not fit, as with records that say themselves up to which time all have come.</summary>
/// <remarks>One instance serves all splits and workers, so it holds no state of its own: what it has to remember of a split is the state
/// that <see cref="Add"/> returns. The engine keeps that, together with the greatest watermark so far, in each checkpoint; both move with
/// the split to other workers and processes. Idleness, the end of input and the lowest of all splits are the engine's. A split that has
/// given no watermark yet holds back that of the stream until it is idle; when all are idle, it gives windows no result.</remarks>
/// <typeparam name="T">The type of the records.</typeparam>
/// <typeparam name="TState">The state of a split, a value that is replaced and never changed: written as it lies in memory if it is a
/// struct without references, else with MessagePack. A restart compares its type.</typeparam>
/// <example><code>
/// internal sealed class WholeHours : WatermarkGenerator&lt;Reading, long>
/// {
///     private const long MinuteMs = 60 * 1000;
///
///     public override string Name => "whole hours";
///
///     public override long Create() => long.MinValue;
///
///     public override long Add(long state, Reading reading, long time) => reading.Time.Minute == 59 ? time + MinuteMs : state;
///
///     public override long Watermark(long state, long newest) => state;
/// }
/// </code></example>
public abstract class WatermarkGenerator<T, TState>
{
    /// <summary>The name, with all parameters: shown in the plan and by <c>Diagnose</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Whether the newest time of a split decides alone: then it is asked once for each read, and not for each record.</summary>
    public virtual bool GoesByNewest => false;

    /// <summary>Creates the state of a split before its first record.</summary>
    public abstract TState Create();

    /// <summary>Returns the state of a split after one more record. Called once for each record, on the task's thread, before it is
    /// handed on.</summary>
    /// <remarks>An error is an error of the record, which is then left out or stops the job, as the pipeline says. It leaves the state as
    /// it was, so the given state must not be changed in place.</remarks>
    /// <param name="state">The state so far.</param>
    /// <param name="value">The record.</param>
    /// <param name="time">Its event time, ms since the Unix epoch.</param>
    public abstract TState Add(TState state, T value, long time);

    /// <summary>Returns the watermark of a split, ms since the Unix epoch: no older record of it will follow.
    /// <see cref="long.MinValue"/>: none yet. Called after each <see cref="Add"/>; an error is one of the record too.</summary>
    /// <remarks>A watermark that is lower than an earlier one of the split is ignored. One after the year 9998, or further ahead of the
    /// clock than <c>maxAhead</c>, is an error of the record.</remarks>
    /// <param name="state">The state after the newest record.</param>
    /// <param name="newest">The greatest event time of the split's records so far.</param>
    public abstract long Watermark(TState state, long newest);
}
