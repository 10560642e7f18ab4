namespace Dataflow;

/// <summary>The user's code of a <c>Process</c> step with one value of state per key, changed in place: the usual case.</summary>
/// <remarks>One instance per worker; only its thread calls it. Where one value is not enough, derive from
/// <see cref="KeyedProcess{TKey, T, TOut}"/>.</remarks>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="T">The type of the input values.</typeparam>
/// <typeparam name="TState">The state of a key; the type's default value at first. Written as it lies in memory if it is a struct without
/// references, else with MessagePack.</typeparam>
/// <typeparam name="TOut">The type of the output values.</typeparam>
public abstract class KeyedProcess<TKey, T, TState, TOut>
    where TKey : notnull
{
    /// <summary>Whether records and timers of a key are handled in the order of event time, in whatever order they arrived. Default: true
    /// if the class overrides <c>OnTimer</c>.</summary>
    /// <remarks>
    /// The stream needs event time. A record that is newer than the watermark then waits for it in state, so its type must be one that can
    /// be written. Records of equal time are handled in the order of arrival, and before the timers of that time, which fire once the
    /// watermark has passed it. A record that is older than the watermark is handled at once. So the same timers fire live, in a replay, or
    /// when input arrives in bulk after an outage.
    /// <para>While all input is idle the step handles records and timers up to the newest record of any partition. A record that arrives
    /// after that with an older time finds that its timers have fired, though it is not late.</para>
    /// <para>Override it with false where results must not wait for the watermark: a record may then be handled long before an older
    /// timer. Override it with true for records in order without timers.</para>
    /// </remarks>
    public virtual bool InTimeOrder => HandlesTimers;

    /// <summary>Whether the class overrides OnTimer.</summary>
    internal bool HandlesTimers
        => ((TimerHandler)OnTimer).Method.DeclaringType != typeof(KeyedProcess<TKey, T, TState, TOut>);

    private delegate void TimerHandler(long timestamp, ref TState state, ProcessContext<TKey, TOut> context);

    /// <summary>Handles a record.</summary>
    /// <param name="record">The value with its event time.</param>
    /// <param name="state">The state of the record's key, to be changed in place.</param>
    /// <param name="context">Emits results and sets timers.</param>
    public abstract void OnRecord(in Record<T> record, ref TState state, ProcessContext<TKey, TOut> context);

    /// <summary>Handles a timer of event time: see <see cref="InTimeOrder"/>. Timers of a key come in the order of their times.</summary>
    public virtual void OnTimer(long timestamp, ref TState state, ProcessContext<TKey, TOut> context)
    {
    }

    /// <summary>Handles a processing-time timer that is due by the clock.</summary>
    public virtual void OnProcessingTimer(long timestamp, ref TState state, ProcessContext<TKey, TOut> context)
    {
    }
}

/// <summary>The user's code of a <c>Process</c> step with several states per key: values, lists, maps, aggregates.</summary>
/// <remarks>One instance per worker; only its thread calls it. Keep in fields only the states that were opened: other fields are lost at a
/// restart, and are shared by all keys.</remarks>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="T">The type of the input values.</typeparam>
/// <typeparam name="TOut">The type of the output values.</typeparam>
public abstract class KeyedProcess<TKey, T, TOut>
    where TKey : notnull
{
    /// <summary>Whether records and timers of a key are handled in the order of event time, in whatever order they arrived. Default: true
    /// if the class overrides <c>OnTimer</c>.</summary>
    /// <remarks>
    /// The stream needs event time. A record that is newer than the watermark then waits for it in state, so its type must be one that can
    /// be written. Records of equal time are handled in the order of arrival, and before the timers of that time, which fire once the
    /// watermark has passed it. A record that is older than the watermark is handled at once. So the same timers fire live, in a replay, or
    /// when input arrives in bulk after an outage.
    /// <para>While all input is idle the step handles records and timers up to the newest record of any partition. A record that arrives
    /// after that with an older time finds that its timers have fired, though it is not late.</para>
    /// <para>Override it with false where results must not wait for the watermark: a record may then be handled long before an older
    /// timer. Override it with true for records in order without timers.</para>
    /// </remarks>
    public virtual bool InTimeOrder => HandlesTimers;

    /// <summary>Whether the class overrides OnTimer.</summary>
    internal virtual bool HandlesTimers
        => ((Action<long, ProcessContext<TKey, TOut>>)OnTimer).Method.DeclaringType != typeof(KeyedProcess<TKey, T, TOut>);

    /// <summary>Opens the states, the same ones at each call. Called before the first record, and once for the plan.</summary>
    public virtual void Open(ProcessStates<TKey, T> states)
    {
    }

    /// <summary>Handles a record.</summary>
    /// <param name="record">The value with its event time.</param>
    /// <param name="context">Emits results and sets timers. The states are now those of the record's key.</param>
    public abstract void OnRecord(in Record<T> record, ProcessContext<TKey, TOut> context);

    /// <summary>Handles a timer of event time: see <see cref="InTimeOrder"/>. Timers of a key come in the order of their times.</summary>
    public virtual void OnTimer(long timestamp, ProcessContext<TKey, TOut> context)
    {
    }

    /// <summary>Handles a processing-time timer that is due by the clock.</summary>
    public virtual void OnProcessingTimer(long timestamp, ProcessContext<TKey, TOut> context)
    {
    }
}

/// <summary>The user's code of a <c>Process</c> step with a second, broadcast stream: every worker sees each of its records.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="T">The type of the keyed input values.</typeparam>
/// <typeparam name="TBroadcast">The type of the broadcast values.</typeparam>
/// <typeparam name="TOut">The type of the output values.</typeparam>
public abstract class BroadcastProcess<TKey, T, TBroadcast, TOut> : KeyedProcess<TKey, T, TOut>
    where TKey : notnull
{
    /// <summary>Handles a record of the broadcast stream, in every worker: the place to change a
    /// <see cref="BroadcastState{TMapKey, TValue}"/>. It must make the same changes in all workers.</summary>
    public abstract void OnBroadcast(in Record<TBroadcast> record);
}
