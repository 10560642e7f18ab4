namespace Dataflow;

/// <summary>Two aggregates in one pass over the values: the accumulators lie side by side, in one entry of the state.</summary>
/// <remarks>More than two are nested pairs: see <see cref="Several"/>.</remarks>
internal sealed class Combined<T, TA1, TR1, TA2, TR2, TBoth>(
    Aggregation<T, TA1, TR1> first, Aggregation<T, TA2, TR2> second, Func<TR1, TR2, TBoth> result)
    : Aggregation<T, (TA1, TA2), TBoth>
{
    static Combined() => GeneratedCodecs.Add(new PairForm<TA1, TA2>());

    public override string Name => $"{first.Name}, {second.Name}";

    public override string Definition => $"{first.Definition}, {second.Definition}";

    public override bool CanCombine => first.CanCombine && second.CanCombine;

    public override bool CanRetract => first.CanRetract && second.CanRetract;

    public override bool ResultMayChange => first.ResultMayChange || second.ResultMayChange;

    public override bool ChangesInPlace => first.ChangesInPlace || second.ChangesInPlace;

    public override bool MergeMayFail => first.MergeMayFail || second.MergeMayFail;

    public override (TA1, TA2) Create() => (first.Create(), second.Create());

    public override void Add(ref (TA1, TA2) accumulator, in T value)
    {
        first.Add(ref accumulator.Item1, in value);
        second.Add(ref accumulator.Item2, in value);
    }

    public override void Retract(ref (TA1, TA2) accumulator, in T value)
    {
        first.Retract(ref accumulator.Item1, in value);
        second.Retract(ref accumulator.Item2, in value);
    }

    public override void Merge(ref (TA1, TA2) accumulator, in (TA1, TA2) other)
    {
        first.Merge(ref accumulator.Item1, in other.Item1);
        second.Merge(ref accumulator.Item2, in other.Item2);
    }

    public override TBoth Result(in (TA1, TA2) accumulator)
        => result(first.Result(in accumulator.Item1), second.Result(in accumulator.Item2));

    public override Intake<T, (TA1, TA2)> OpenIntake() => new CombinedIntake<T, TA1, TA2>(first.OpenIntake(), second.OpenIntake());
}

/// <summary>Combines an aggregate with a second one, each of which knows its own accumulator.</summary>
internal sealed class CombinedWith<T, TR1, TR2, TBoth>(Aggregation<T, TR2> second, Func<TR1, TR2, TBoth> result)
    : IAggregationVisitor<T, TR1, Aggregation<T, TBoth>>
{
    public Aggregation<T, TBoth> Visit<TA1>(Aggregation<T, TA1, TR1> first) => second.Accept(new CombinedAfter<TA1>(first, result));

    private sealed class CombinedAfter<TA1>(Aggregation<T, TA1, TR1> first, Func<TR1, TR2, TBoth> result)
        : IAggregationVisitor<T, TR2, Aggregation<T, TBoth>>
    {
        public Aggregation<T, TBoth> Visit<TA2>(Aggregation<T, TA2, TR2> second)
            => new Combined<T, TA1, TR1, TA2, TR2, TBoth>(first, second, result);
    }
}
