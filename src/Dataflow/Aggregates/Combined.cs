namespace Dataflow;

// Several aggregates in one pass over the values: the accumulators lie side by side, in one entry of the state.
internal sealed class Combined<T, TA1, TR1, TA2, TR2>(
    Aggregation<T, TA1, TR1> first,
    Aggregation<T, TA2, TR2> second)
    : Aggregation<T, (TA1, TA2), (TR1, TR2)>
{
    public override string Name => $"{first.Name}, {second.Name}";

    public override (TA1, TA2) Create() => (first.Create(), second.Create());

    public override void Add(ref (TA1, TA2) accumulator, T value)
    {
        first.Add(ref accumulator.Item1, value);
        second.Add(ref accumulator.Item2, value);
    }

    public override void Merge(ref (TA1, TA2) accumulator, in (TA1, TA2) other)
    {
        first.Merge(ref accumulator.Item1, in other.Item1);
        second.Merge(ref accumulator.Item2, in other.Item2);
    }

    public override (TR1, TR2) Result(in (TA1, TA2) accumulator)
        => (first.Result(in accumulator.Item1), second.Result(in accumulator.Item2));
}

internal sealed class Combined<T, TA1, TR1, TA2, TR2, TA3, TR3>(
    Aggregation<T, TA1, TR1> first,
    Aggregation<T, TA2, TR2> second,
    Aggregation<T, TA3, TR3> third)
    : Aggregation<T, (TA1, TA2, TA3), (TR1, TR2, TR3)>
{
    public override string Name => $"{first.Name}, {second.Name}, {third.Name}";

    public override (TA1, TA2, TA3) Create() => (first.Create(), second.Create(), third.Create());

    public override void Add(ref (TA1, TA2, TA3) accumulator, T value)
    {
        first.Add(ref accumulator.Item1, value);
        second.Add(ref accumulator.Item2, value);
        third.Add(ref accumulator.Item3, value);
    }

    public override void Merge(ref (TA1, TA2, TA3) accumulator, in (TA1, TA2, TA3) other)
    {
        first.Merge(ref accumulator.Item1, in other.Item1);
        second.Merge(ref accumulator.Item2, in other.Item2);
        third.Merge(ref accumulator.Item3, in other.Item3);
    }

    public override (TR1, TR2, TR3) Result(in (TA1, TA2, TA3) accumulator)
        => (first.Result(in accumulator.Item1), second.Result(in accumulator.Item2), third.Result(in accumulator.Item3));
}

internal sealed class Combined<T, TA1, TR1, TA2, TR2, TA3, TR3, TA4, TR4>(
    Aggregation<T, TA1, TR1> first,
    Aggregation<T, TA2, TR2> second,
    Aggregation<T, TA3, TR3> third,
    Aggregation<T, TA4, TR4> fourth)
    : Aggregation<T, (TA1, TA2, TA3, TA4), (TR1, TR2, TR3, TR4)>
{
    public override string Name => $"{first.Name}, {second.Name}, {third.Name}, {fourth.Name}";

    public override (TA1, TA2, TA3, TA4) Create() => (first.Create(), second.Create(), third.Create(), fourth.Create());

    public override void Add(ref (TA1, TA2, TA3, TA4) accumulator, T value)
    {
        first.Add(ref accumulator.Item1, value);
        second.Add(ref accumulator.Item2, value);
        third.Add(ref accumulator.Item3, value);
        fourth.Add(ref accumulator.Item4, value);
    }

    public override void Merge(ref (TA1, TA2, TA3, TA4) accumulator, in (TA1, TA2, TA3, TA4) other)
    {
        first.Merge(ref accumulator.Item1, in other.Item1);
        second.Merge(ref accumulator.Item2, in other.Item2);
        third.Merge(ref accumulator.Item3, in other.Item3);
        fourth.Merge(ref accumulator.Item4, in other.Item4);
    }

    public override (TR1, TR2, TR3, TR4) Result(in (TA1, TA2, TA3, TA4) accumulator)
        => (first.Result(in accumulator.Item1), second.Result(in accumulator.Item2), third.Result(in accumulator.Item3), fourth.Result(in accumulator.Item4));
}
