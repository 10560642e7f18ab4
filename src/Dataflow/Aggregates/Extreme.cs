namespace Dataflow;

/// <summary>The smallest (sign -1) or greatest (sign 1) of the selected values.</summary>
internal sealed class ExtremeAggregation<T, TValue>(string name, Selector<T, TValue> of, int sign)
    : Aggregation<T, Kept<TValue>, TValue>
{
    static ExtremeAggregation() => GeneratedCodecs.Add(new Generated.Dataflow_Kept_1.Form<TValue>());

    public override string Name => name;

    public override bool CanCombine => true;

    public override bool ChangesInPlace => false;

    public override Kept<TValue> Create() => default;

    public override void Add(ref Kept<TValue> accumulator, in T value) => Take(ref accumulator, of.Of(in value));

    public override void Merge(ref Kept<TValue> accumulator, in Kept<TValue> other)
    {
        if (other.HasValue) Take(ref accumulator, other.Value);
    }

    public override TValue Result(in Kept<TValue> accumulator) => accumulator.Value;

    private void Take(ref Kept<TValue> accumulator, TValue value)
    {
        // The first is compared with itself: a value that cannot be compared must not be the result.
        var order = KeyOrder<TValue>.Compare(value, accumulator.HasValue ? accumulator.Value : value) * sign;
        if (!accumulator.HasValue || order > 0)
            accumulator = new(true, value);
    }
}
