namespace Dataflow;

/// <summary>What the code of a <c>Process</c> step may do while it handles a record or a timer.</summary>
public abstract class ProcessContext<TKey, TOut>
{
    private protected ProcessContext()
    {
    }

    /// <summary>The key of the record or timer.</summary>
    public abstract TKey Key { get; }

    /// <summary>How far the step has come in event time: no older record than this is expected; ms since the Unix epoch.</summary>
    public abstract long Watermark { get; }

    /// <summary>What the clock says; ms since the Unix epoch. Looks at it anew: not for every record.</summary>
    public abstract long ProcessingTime { get; }

    /// <summary>Hands a result on, with the time of the record or timer; a timer that fires late, with the time to which the step has come; a
    /// processing-time timer, with that of the newest record.</summary>
    public abstract void Emit(TOut value);

    /// <summary>Hands a value on to another output, with the same time.</summary>
    public abstract void Emit<TSide>(Output<TSide> output, TSide value);

    /// <summary>Asks for a call of OnTimer when the watermark reaches a time; the same time twice gives one call.</summary>
    /// <remarks>At the end of bounded input time goes to the newest record, then all timers that are still set fire. What those
    /// set fires too, but can set no more: so a timer that sets itself again and again lets the input end.</remarks>
    /// <param name="timestamp">Event time in milliseconds since the Unix epoch.</param>
    public abstract void SetTimer(long timestamp);

    /// <summary>Takes a date instead of milliseconds since the Unix epoch; fractions of a millisecond are cut off.</summary>
    /// <param name="time">Event time.</param>
    /// <inheritdoc cref="SetTimer(long)" path="/remarks"/>
    public void SetTimer(DateTimeOffset time) => SetTimer(time.ToUnixTimeMilliseconds());

    /// <summary>Takes a timer back; nothing happens if there is none of that time.</summary>
    public abstract void DeleteTimer(long timestamp);

    /// <inheritdoc cref="DeleteTimer(long)"/>
    public void DeleteTimer(DateTimeOffset time) => DeleteTimer(time.ToUnixTimeMilliseconds());

    /// <summary>Asks for a call of OnProcessingTimer when the clock reaches a time, or soon after a restart if it was missed.</summary>
    /// <remarks>At the end of bounded input such timers are dropped, and counted in the status.</remarks>
    /// <param name="timestamp">Milliseconds since the Unix epoch.</param>
    public abstract void SetProcessingTimer(long timestamp);

    /// <summary>Takes a date instead of milliseconds since the Unix epoch; fractions of a millisecond are cut off.</summary>
    /// <param name="time">By the clock.</param>
    /// <inheritdoc cref="SetProcessingTimer(long)" path="/remarks"/>
    public void SetProcessingTimer(DateTimeOffset time) => SetProcessingTimer(time.ToUnixTimeMilliseconds());

    /// <summary>Takes a timer back; nothing happens if there is none of that time.</summary>
    public abstract void DeleteProcessingTimer(long timestamp);

    /// <inheritdoc cref="DeleteProcessingTimer(long)"/>
    public void DeleteProcessingTimer(DateTimeOffset time) => DeleteProcessingTimer(time.ToUnixTimeMilliseconds());

    /// <summary>Forgets all states of the key once the call returns. Timers stay.</summary>
    public abstract void ClearState();
}
