namespace Dataflow.Processing;

/// <summary>Runs code with one value of state per key.</summary>
internal sealed class SingleStateProcess<TKey, T, TState, TOut>(KeyedProcess<TKey, T, TState, TOut> process) : KeyedProcess<TKey, T, TOut>
    where TKey : notnull
{
    private ValueState<TState> _state = null!;

    public override bool InTimeOrder => process.InTimeOrder;

    internal override bool HandlesTimers => process.HandlesTimers;

    public override void Open(ProcessStates<TKey, T> states) => _state = states.Value<TState>(SingleState.Name);

    public override void OnRecord(in Record<T> record, ProcessContext<TKey, TOut> context)
        => process.OnRecord(in record, ref _state.Update(), context);

    public override void OnTimer(long timestamp, ProcessContext<TKey, TOut> context)
    {
        var exists = _state.TryGet(out _);
        ref var state = ref _state.Update();
        process.OnTimer(timestamp, ref state, context);
        ForgetIfNew(exists, ref state, context);
    }

    public override void OnProcessingTimer(long timestamp, ProcessContext<TKey, TOut> context)
    {
        var exists = _state.TryGet(out _);
        ref var state = ref _state.Update();
        process.OnProcessingTimer(timestamp, ref state, context);
        ForgetIfNew(exists, ref state, context);
    }

    /// <summary>Removes a value that a timer added: a timer that outlives its key's state must not bring the key back.</summary>
    private static void ForgetIfNew(bool exists, ref TState state, ProcessContext<TKey, TOut> context)
    {
        if (!exists && EqualityComparer<TState>.Default.Equals(state, default)) context.ClearState();
    }
}

/// <summary>The name of the state of code with one value per key.</summary>
internal static class SingleState
{
    public const string Name = "state";
}
