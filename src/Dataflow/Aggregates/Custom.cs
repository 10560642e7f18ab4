namespace Dataflow;

/// <summary>An aggregate of functions. An accumulator that changes in place is better written as an
/// <see cref="Aggregation{T, TAccumulator, TResult}"/>.</summary>
internal sealed class CustomAggregation<T, TAccumulator, TResult>(
    string name,
    Func<TAccumulator> create,
    Func<TAccumulator, T, TAccumulator> add,
    Func<TAccumulator, TAccumulator, TAccumulator> merge,
    Func<TAccumulator, TResult> result,
    Func<TAccumulator, T, TAccumulator>? retract)
    : Aggregation<T, TAccumulator, TResult>
{
    public override string Name => name;

    public override bool CanRetract => retract is not null;

    public override TAccumulator Create() => create();

    public override void Add(ref TAccumulator accumulator, in T value) => accumulator = add(accumulator, value);

    public override void Retract(ref TAccumulator accumulator, in T value)
    {
        if (retract is null) base.Retract(ref accumulator, in value);
        else accumulator = retract(accumulator, value);
    }

    public override void Merge(ref TAccumulator accumulator, in TAccumulator other) => accumulator = merge(accumulator, other);

    public override TResult Result(in TAccumulator accumulator) => result(accumulator);
}
