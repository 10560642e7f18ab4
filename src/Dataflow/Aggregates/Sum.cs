namespace Dataflow;

internal sealed class SumAggregation<T>(Func<T, long> of) : Aggregation<T, long, long>
{
    public override string Name => "sum";

    public override bool CanRetract => true;

    public override long Create() => 0;

    public override void Add(ref long accumulator, T value) => accumulator = checked(accumulator + of(value));

    public override void Retract(ref long accumulator, T value) => accumulator = checked(accumulator - of(value));

    public override void Merge(ref long accumulator, in long other) => accumulator = checked(accumulator + other);

    public override long Result(in long accumulator) => accumulator;
}

internal sealed class SumDoubleAggregation<T>(Func<T, double> of) : Aggregation<T, double, double>
{
    public override string Name => "sum";

    public override bool CanRetract => true;

    public override double Create() => 0;

    public override void Add(ref double accumulator, T value) => accumulator += of(value);

    public override void Retract(ref double accumulator, T value) => accumulator -= of(value);

    public override void Merge(ref double accumulator, in double other) => accumulator += other;

    public override double Result(in double accumulator) => accumulator;
}
