namespace Dataflow;

/// <summary>The value with the smallest (sign -1) or greatest (sign 1) key; of equals the earliest.</summary>
internal sealed class ExtremeByAggregation<T, TKey>(string name, Selector<T, TKey> by, int sign) : Aggregation<T, Kept<T>, T>
{
    static ExtremeByAggregation() => GeneratedCodecs.Add(new Generated.Dataflow_Kept_1.Form<T>());

    public override string Name => name;

    public override bool CanCombine => true;

    public override bool ChangesInPlace => false;

    public override Kept<T> Create() => default;

    public override void Add(ref Kept<T> accumulator, in T value)
    {
        var key = by.Of(in value);
        var order = KeyOrder<TKey>.Compare(key, accumulator.HasValue ? by.Of(accumulator.Value) : key) * sign;
        if (!accumulator.HasValue || order > 0) accumulator = new(true, value);
    }

    public override void Merge(ref Kept<T> accumulator, in Kept<T> other)
    {
        if (other.HasValue) Add(ref accumulator, other.Value);
    }

    public override T Result(in Kept<T> accumulator) => accumulator.Value;
}

/// <summary>All values that share the smallest (sign -1) or greatest (sign 1) key, in the order of arrival.</summary>
internal sealed class AllExtremesByAggregation<T, TKey>(string name, Func<T, TKey> by, int sign)
    : InPlaceAggregation<T, List<T>, (int Order, T Value), IReadOnlyList<T>>
{
    static AllExtremesByAggregation() => GeneratedCodecs.AddPart<List<T>?>(KnownCodecs.List<T>);

    public override string Name => name;

    public override bool CanCombine => true;

    public override List<T> Create() => [];

    public override (int Order, T Value) Prepare(in List<T> accumulator, in T value)
    {
        var key = by(value);
        return (KeyOrder<TKey>.Compare(key, accumulator.Count > 0 ? by(accumulator[0]) : key) * sign, value);
    }

    public override void Apply(ref List<T> accumulator, in (int Order, T Value) change)
    {
        if (change.Order < 0) return;
        if (change.Order > 0) accumulator.Clear();
        accumulator.Add(change.Value);
    }

    public override void Merge(ref List<T> accumulator, in List<T> other)
    {
        foreach (var value in other) Add(ref accumulator, value);
    }

    public override IReadOnlyList<T> Result(in List<T> accumulator) => accumulator.ToArray();
}
