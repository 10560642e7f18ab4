namespace Dataflow;

/// <summary>The user's code of a <c>Process</c> step that keeps one value for each key, changed in place: the usual case.</summary>
/// <remarks>One instance per worker; only its thread calls it. Where one value is not enough, derive from
/// <see cref="KeyedProcess{TKey, T, TOut}"/>.</remarks>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="T">The values that come in.</typeparam>
/// <typeparam name="TState">What is kept for each key; its default value at first. Written as it lies in memory if it is a
/// struct without references, else with MessagePack.</typeparam>
/// <typeparam name="TOut">The values that go out.</typeparam>
public abstract class KeyedProcess<TKey, T, TState, TOut>
    where TKey : notnull
{
    /// <summary>Whether records and timers of a key come in the order of event time, however they came in. Default: where the class
    /// handles timers of event time, which is where it overrides OnTimer, and the stream has event time.</summary>
    /// <remarks>
    /// A record that is newer than the watermark then waits for it, in state: so its type must be one that can be written. Records of one
    /// moment come as they came in, and before the timers of that moment, which fire once the watermark has passed it, or all that there is
    /// has been read. A record that is older than the watermark is handled at once. So the same timers fire live, in a replay, or when input
    /// comes in bulk after an outage.
    /// <para>Override it with false where results must not wait for the watermark: a record may then be handled long before a timer
    /// that is older. Override it with true for records in order without timers.</para>
    /// </remarks>
    public virtual bool InTimeOrder
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

    /// <summary>Handles a timer that the clock has passed.</summary>
    public virtual void OnProcessingTimer(long timestamp, ref TState state, ProcessContext<TKey, TOut> context)
    {
    }
}

/// <summary>The user's code of a <c>Process</c> step that keeps several states for each key: values, lists, maps, aggregates.</summary>
/// <remarks>One instance per worker; only its thread calls it. It keeps nothing in fields but the states that it has opened:
/// what is in other fields is lost at a restart, and not that of one key.</remarks>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="T">The values that come in.</typeparam>
/// <typeparam name="TOut">The values that go out.</typeparam>
public abstract class KeyedProcess<TKey, T, TOut>
    where TKey : notnull
{
    /// <summary>Whether records and timers of a key come in the order of event time, however they came in. Default: where the class
    /// handles timers of event time, which is where it overrides OnTimer, and the stream has event time.</summary>
    /// <remarks>
    /// A record that is newer than the watermark then waits for it, in state: so its type must be one that can be written. Records of one
    /// moment come as they came in, and before the timers of that moment, which fire once the watermark has passed it, or all that there is
    /// has been read. A record that is older than the watermark is handled at once. So the same timers fire live, in a replay, or when input
    /// comes in bulk after an outage.
    /// <para>Override it with false where results must not wait for the watermark: a record may then be handled long before a timer
    /// that is older. Override it with true for records in order without timers.</para>
    /// </remarks>
    public virtual bool InTimeOrder
        => ((Action<long, ProcessContext<TKey, TOut>>)OnTimer).Method.DeclaringType != typeof(KeyedProcess<TKey, T, TOut>);

    /// <summary>Opens the states, the same at each call. Called before the first record, and once to plan.</summary>
    public abstract void Open(ProcessStates<TKey, T> states);

    /// <summary>Handles a record.</summary>
    /// <param name="record">The value with its event time.</param>
    /// <param name="context">Emits results and sets timers. The states are now those of the record's key.</param>
    public abstract void OnRecord(in Record<T> record, ProcessContext<TKey, TOut> context);

    /// <summary>Handles a timer of event time: see <see cref="InTimeOrder"/>. Timers of a key come in the order of their times.</summary>
    public virtual void OnTimer(long timestamp, ProcessContext<TKey, TOut> context)
    {
    }

    /// <summary>Handles a timer that the clock has passed.</summary>
    public virtual void OnProcessingTimer(long timestamp, ProcessContext<TKey, TOut> context)
    {
    }
}

/// <summary>The user's code of a <c>Process</c> step with a second stream, each record of which every worker sees.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="T">The values that come in by key.</typeparam>
/// <typeparam name="TBroadcast">The values that every worker sees.</typeparam>
/// <typeparam name="TOut">The values that go out.</typeparam>
public abstract class BroadcastProcess<TKey, T, TBroadcast, TOut> : KeyedProcess<TKey, T, TOut>
    where TKey : notnull
{
    /// <summary>Handles a record of the second stream, in every worker: the place to change a
    /// <see cref="BroadcastState{TMapKey, TValue}"/>. What it makes of the record must be the same in all of them.</summary>
    public abstract void OnBroadcast(in Record<TBroadcast> record);
}
