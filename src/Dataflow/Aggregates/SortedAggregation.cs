namespace Dataflow;

/// <summary>What the first values in some order say, where values can be taken back: all are kept.</summary>
internal sealed class SortedAggregation<T, TValue, TResult>(
    string name, Func<T, TValue> of, Comparison<TValue> order, Func<SortedValues<TValue>, TResult> result)
    : Aggregation<T, SortedValues<TValue>, TResult>
{
    public override string Name => name;

    public override bool CanRetract => true;

    public override SortedValues<TValue> Create() => new();

    public override void Add(ref SortedValues<TValue> accumulator, T value) => accumulator.Add(of(value), order);

    public override void Retract(ref SortedValues<TValue> accumulator, T value) => accumulator.Remove(of(value), order);

    public override void Merge(ref SortedValues<TValue> accumulator, in SortedValues<TValue> other)
    {
        foreach (var value in other.All) accumulator.Add(value, order);
    }

    public override TResult Result(in SortedValues<TValue> accumulator) => result(accumulator);
}
