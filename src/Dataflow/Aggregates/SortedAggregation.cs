namespace Dataflow;

/// <summary>An aggregate of the first values in some order that can retract values: it keeps all of them.</summary>
internal sealed class SortedAggregation<T, TValue, TResult>(
    string name, Func<T, TValue> of, Comparison<TValue> order, Func<SortedValues<TValue>, TResult> result)
    : InPlaceAggregation<T, SortedValues<TValue>, SortedPlace<TValue>, TResult>
{
    public override string Name => name;

    public override bool CanRetract => true;

    public override SortedValues<TValue> Create() => new();

    public override SortedPlace<TValue> Prepare(in SortedValues<TValue> accumulator, in T value) => accumulator.PlaceFor(of(value), order);

    public override SortedPlace<TValue> PrepareRetract(in SortedValues<TValue> accumulator, in T value)
        => accumulator.Find(of(value), order);

    public override void Apply(ref SortedValues<TValue> accumulator, in SortedPlace<TValue> change) => accumulator.Change(in change);

    public override void Merge(ref SortedValues<TValue> accumulator, in SortedValues<TValue> other)
    {
        foreach (var value in other.All) accumulator.Change(accumulator.PlaceFor(value, order));
    }

    public override TResult Result(in SortedValues<TValue> accumulator) => result(accumulator);
}
