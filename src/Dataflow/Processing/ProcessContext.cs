namespace Dataflow;

/// <summary>The operations of a <c>Process</c> step's code while it handles a record or a timer. Valid only during that call.</summary>
public abstract class ProcessContext<TKey, TOut>
{
    private protected ProcessContext()
    {
    }

    /// <summary>The key of the record or timer.</summary>
    public abstract TKey Key { get; }

    /// <summary>The step's current event time, ms since the Unix epoch: no older record is expected.</summary>
    public abstract long Watermark { get; }

    /// <summary>The current time of the job's clock, ms since the Unix epoch. Each call reads the clock: avoid it for every
    /// record.</summary>
    public abstract long ProcessingTime { get; }

    /// <summary>Emits a result with the time of the record or timer. A timer that fires late emits with the step's current event time; a
    /// processing-time timer with the time of the newest record.</summary>
    public abstract void Emit(TOut value);

    /// <summary>Emits a value to a side output, with the same time.</summary>
    public abstract void Emit<TSide>(Output<TSide> output, TSide value);

    /// <summary>Sets a timer: <c>OnTimer</c> is called once the watermark has passed the time. Setting the same time twice makes one
    /// call.</summary>
    /// <remarks>A watermark of that time itself is not enough: records of that time may still arrive, and are handled first. At the end of
    /// bounded input, event time advances to the newest record, then all timers that are still set fire. Timers that these set fire too,
    /// but can set no more: so a timer that sets itself again and again lets the input end.
    /// <para>While all input is idle, timers fire up to the newest record of any partition, though the watermark stays; later ones wait for
    /// it. Where <c>InTimeOrder</c> is false all wait.</para></remarks>
    /// <param name="timestamp">Event time in milliseconds since the Unix epoch.</param>
    public abstract void SetTimer(long timestamp);

    /// <summary>Sets a timer by date instead of milliseconds since the Unix epoch; fractions of a millisecond are cut off.</summary>
    /// <param name="time">Event time.</param>
    /// <inheritdoc cref="SetTimer(long)" path="/remarks"/>
    public void SetTimer(DateTimeOffset time) => SetTimer(time.ToUnixTimeMilliseconds());

    /// <summary>Deletes a timer; does nothing if none is set for that time.</summary>
    public abstract void DeleteTimer(long timestamp);

    /// <inheritdoc cref="DeleteTimer(long)"/>
    public void DeleteTimer(DateTimeOffset time) => DeleteTimer(time.ToUnixTimeMilliseconds());

    /// <summary>Sets a timer by the clock: <c>OnProcessingTimer</c> is called when the clock reaches the time, or soon after a restart if
    /// that was missed.</summary>
    /// <remarks>At the end of bounded input such timers are dropped, and counted in the status.</remarks>
    /// <param name="timestamp">Milliseconds since the Unix epoch.</param>
    public abstract void SetProcessingTimer(long timestamp);

    /// <summary>Sets a timer by date instead of milliseconds since the Unix epoch; fractions of a millisecond are cut off.</summary>
    /// <param name="time">The time by the clock.</param>
    /// <inheritdoc cref="SetProcessingTimer(long)" path="/remarks"/>
    public void SetProcessingTimer(DateTimeOffset time) => SetProcessingTimer(time.ToUnixTimeMilliseconds());

    /// <summary>Deletes a timer; does nothing if none is set for that time.</summary>
    public abstract void DeleteProcessingTimer(long timestamp);

    /// <inheritdoc cref="DeleteProcessingTimer(long)"/>
    public void DeleteProcessingTimer(DateTimeOffset time) => DeleteProcessingTimer(time.ToUnixTimeMilliseconds());

    /// <summary>Removes all states of the key once the call returns. Timers stay.</summary>
    public abstract void ClearState();
}
