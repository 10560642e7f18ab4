using Dataflow.State;

namespace Dataflow;

/// <summary>Runs code of the user's own with state and timers for each key.</summary>
public static class ProcessStep
{
    extension<TKey, T>(KeyedStream<TKey, T> stream)
        where TKey : notnull
    {
        /// <summary>Runs <paramref name="process"/> on each record, with the state of its key.</summary>
        /// <param name="process">Makes the code, once for each worker.</param>
        /// <param name="name">Names the state; give one where a pipeline has two such steps.</param>
        public KeyedStream<TKey, TOut> Process<TState, TOut>(
            Func<KeyedProcess<TKey, T, TState, TOut>> process, string name = "process")
        {
            ArgumentNullException.ThrowIfNull(process);
            return stream.Add(input => new ProcessNode<TKey, T, TState, TOut>(name, input, process));
        }
    }
}

/// <summary>The user's code of a <c>Process</c> step. One instance per worker; only its thread calls it.</summary>
/// <typeparam name="TKey">The key.</typeparam>
/// <typeparam name="T">The values that come in.</typeparam>
/// <typeparam name="TState">What is kept for each key; its default value at first. Written as it lies in memory if it is a
/// struct without references, else with MessagePack.</typeparam>
/// <typeparam name="TOut">The values that go out.</typeparam>
public abstract class KeyedProcess<TKey, T, TState, TOut>
    where TKey : notnull
{
    /// <summary>Handles a record.</summary>
    /// <param name="record">The value with its event time.</param>
    /// <param name="state">The state of the record's key, to be changed in place.</param>
    /// <param name="context">Emits results and sets timers.</param>
    public abstract void OnRecord(in Record<T> record, ref TState state, ProcessContext<TKey, TOut> context);

    /// <summary>Handles a timer that the watermark has passed. Timers of a key come in the order of their times.</summary>
    public virtual void OnTimer(long timestamp, ref TState state, ProcessContext<TKey, TOut> context)
    {
    }
}

/// <summary>What a <see cref="KeyedProcess{TKey, T, TState, TOut}"/> may do while it handles a record or a timer.</summary>
public abstract class ProcessContext<TKey, TOut>
{
    private protected ProcessContext()
    {
    }

    /// <summary>The key of the record or timer.</summary>
    public abstract TKey Key { get; }

    /// <summary>No older record than this is expected; ms since the Unix epoch.</summary>
    public abstract long Watermark { get; }

    /// <summary>Hands a result on, with the time of the record or timer.</summary>
    public abstract void Emit(TOut value);

    /// <summary>Asks for a call of OnTimer when the watermark reaches a time; the same time twice gives one call.</summary>
    /// <param name="timestamp">Milliseconds since the Unix epoch.</param>
    public abstract void SetTimer(long timestamp);

    /// <summary>Forgets the key's state once the call returns.</summary>
    public abstract void ClearState();
}

internal sealed record ProcessNode<TKey, T, TState, TOut>(
    string Name, Node<Keyed<TKey, T>> Input, Func<KeyedProcess<TKey, T, TState, TOut>> Create)
    : Node<Keyed<TKey, T>, Keyed<TKey, TOut>>(Name, Input)
    where TKey : notnull
{
    internal override string StateSignature
        => $"process, {TypeNames.Of(typeof(TKey))} -> {StateCodec<TState>.Signature}";

    public override Operator<Keyed<TKey, T>, Keyed<TKey, TOut>> CreateOperator()
        => new ProcessOperator<TKey, T, TState, TOut>(Create());
}
