using Dataflow.Processing;

namespace Dataflow;

/// <summary>An aggregate for each key. Its members work on the key of the current record or timer.</summary>
public abstract class ReducingState<T, TResult>
{
    private protected ReducingState()
    {
    }

    /// <summary>Adds a value to the aggregate.</summary>
    public abstract void Add(T value);

    /// <summary>Gets the result so far; false if nothing was added.</summary>
    public abstract bool TryGet(out TResult result);

    /// <summary>Resets the aggregate.</summary>
    public abstract void Clear();
}

internal sealed class KeyedReducingState<TKey, T, TA, TResult>(
    StateTable<TKey, TA> accumulators, Aggregation<T, TA, TResult> aggregation, Intake<T, TA>? intake, StateScope<TKey> scope)
    : ReducingState<T, TResult>, IClears
    where TKey : notnull
{
    public override void Add(T value)
    {
        ref var accumulator = ref accumulators.Update(scope.Key, out var exists);
        try
        {
            if (!exists) accumulator = aggregation.Create();
            aggregation.Add(ref accumulator, in value, intake);
        }
        catch when (!exists)
        {
            accumulators.Remove(scope.Key); // the caller may continue
            throw;
        }
    }

    public override bool TryGet(out TResult result)
    {
        var isThere = accumulators.TryGet(scope.Key, out var accumulator);
        result = isThere ? aggregation.Result(in accumulator) : default!;
        return isThere;
    }

    public override void Clear() => accumulators.Remove(scope.Key);
}
