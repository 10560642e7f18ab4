namespace Dataflow;

/// <summary>Two aggregates in one pass over the values: the accumulators lie side by side, in one entry of the state.</summary>
/// <remarks>More than two are pairs of pairs: <c>a.And(b).And(c)</c>.</remarks>
internal sealed class Combined<T, TA1, TR1, TA2, TR2>(Aggregation<T, TA1, TR1> first, Aggregation<T, TA2, TR2> second)
    : Aggregation<T, (TA1, TA2), (TR1, TR2)>
{
    public override string Name => $"{first.Name}, {second.Name}";

    public override string Definition => $"{first.Definition}, {second.Definition}";

    public override bool CanCombine => first.CanCombine && second.CanCombine;

    public override bool CanRetract => first.CanRetract && second.CanRetract;

    internal override bool MergeMayFail => first.MergeMayFail || second.MergeMayFail;

    public override (TA1, TA2) Create() => (first.Create(), second.Create());

    public override void Add(ref (TA1, TA2) accumulator, T value)
    {
        first.Add(ref accumulator.Item1, value);
        second.Add(ref accumulator.Item2, value);
    }

    public override void Retract(ref (TA1, TA2) accumulator, T value)
    {
        first.Retract(ref accumulator.Item1, value);
        second.Retract(ref accumulator.Item2, value);
    }

    public override void Merge(ref (TA1, TA2) accumulator, in (TA1, TA2) other)
    {
        first.Merge(ref accumulator.Item1, in other.Item1);
        second.Merge(ref accumulator.Item2, in other.Item2);
    }

    public override (TR1, TR2) Result(in (TA1, TA2) accumulator)
        => (first.Result(in accumulator.Item1), second.Result(in accumulator.Item2));

    internal override Intake<T, (TA1, TA2)> OpenIntake() => new CombinedIntake<T, TA1, TA2>(first.OpenIntake(), second.OpenIntake());
}
