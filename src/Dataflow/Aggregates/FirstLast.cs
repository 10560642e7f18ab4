namespace Dataflow;

internal sealed class FirstAggregation<T, TValue>(Selector<T, TValue> of) : Aggregation<T, Kept<TValue>, TValue>
{
    static FirstAggregation() => GeneratedCodecs.Add(new Generated.Dataflow_Kept_1.Form<TValue>());

    public override string Name => "first";

    public override bool CanCombine => true;

    public override bool ChangesInPlace => false;

    public override bool MergeMayFail => false;

    public override Kept<TValue> Create() => default;

    public override void Add(ref Kept<TValue> accumulator, in T value)
    {
        var first = of.Of(in value); // for each value, so that the failing ones do not depend on their order
        if (!accumulator.HasValue) accumulator = new(true, first);
    }

    public override void Merge(ref Kept<TValue> accumulator, in Kept<TValue> other)
    {
        if (!accumulator.HasValue) accumulator = other;
    }

    public override TValue Result(in Kept<TValue> accumulator) => accumulator.Value;
}

internal sealed class LastAggregation<T, TValue>(Selector<T, TValue> of) : Aggregation<T, Kept<TValue>, TValue>
{
    static LastAggregation() => GeneratedCodecs.Add(new Generated.Dataflow_Kept_1.Form<TValue>());

    public override string Name => "last";

    public override bool CanCombine => true;

    public override bool ChangesInPlace => false;

    public override bool MergeMayFail => false;

    public override Kept<TValue> Create() => default;

    public override void Add(ref Kept<TValue> accumulator, in T value) => accumulator = new(true, of.Of(in value));

    public override void Merge(ref Kept<TValue> accumulator, in Kept<TValue> other)
    {
        if (other.HasValue) accumulator = other;
    }

    public override TValue Result(in Kept<TValue> accumulator) => accumulator.Value;
}

internal sealed class LastManyAggregation<T, TValue>(int count, Func<T, TValue> of)
    : InPlaceAggregation<T, Queue<TValue>, TValue, IReadOnlyList<TValue>>
{
    static LastManyAggregation() => GeneratedCodecs.AddPart<Queue<TValue>?>(KnownCodecs.Queue<TValue>);

    public override string Name => $"last {count}";

    public override Queue<TValue> Create() => new();

    public override TValue Prepare(in Queue<TValue> accumulator, in T value) => of(value);

    public override void Apply(ref Queue<TValue> accumulator, in TValue change) => Append(accumulator, change);

    public override void Merge(ref Queue<TValue> accumulator, in Queue<TValue> other)
    {
        foreach (var value in other) Append(accumulator, value);
    }

    public override IReadOnlyList<TValue> Result(in Queue<TValue> accumulator) => accumulator.ToArray();

    private void Append(Queue<TValue> values, TValue value)
    {
        if (values.Count == count) values.Dequeue();
        values.Enqueue(Utf8.KeepIn(value));
    }
}
