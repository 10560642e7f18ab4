namespace Dataflow;

/// <summary>The value with the least (sign -1) or greatest (sign 1) key; of equals the earliest.</summary>
internal sealed class ExtremeByAggregation<T, TKey>(string name, Func<T, TKey> by, int sign) : Aggregation<T, Kept<T>, T>
{
    public override string Name => name;

    public override bool CanCombine => true;

    public override Kept<T> Create() => default;

    public override void Add(ref Kept<T> accumulator, T value)
    {
        if (!accumulator.HasValue || KeyOrder<TKey>.Compare(by(value), by(accumulator.Value)) * sign > 0)
            accumulator = new(true, value);
    }

    public override void Merge(ref Kept<T> accumulator, in Kept<T> other)
    {
        if (other.HasValue) Add(ref accumulator, other.Value);
    }

    public override T Result(in Kept<T> accumulator) => accumulator.Value;
}

/// <summary>All values that share the least (sign -1) or greatest (sign 1) key, in the order in which they came.</summary>
internal sealed class AllExtremesByAggregation<T, TKey>(string name, Func<T, TKey> by, int sign)
    : Aggregation<T, List<T>, IReadOnlyList<T>>
{
    public override string Name => name;

    public override bool CanCombine => true;

    public override List<T> Create() => [];

    public override void Add(ref List<T> accumulator, T value)
    {
        var order = accumulator.Count == 0 ? 0 : KeyOrder<TKey>.Compare(by(value), by(accumulator[0])) * sign;
        if (order < 0) return;
        if (order > 0) accumulator.Clear();
        accumulator.Add(value);
    }

    public override void Merge(ref List<T> accumulator, in List<T> other)
    {
        foreach (var value in other) Add(ref accumulator, value);
    }

    public override IReadOnlyList<T> Result(in List<T> accumulator) => accumulator.ToArray();
}
