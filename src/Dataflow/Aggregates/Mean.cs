namespace Dataflow;

/// <summary>The accumulator of a mean.</summary>
internal record struct MeanAccumulator(long Count, double Sum);

internal sealed class MeanAggregation<T>(Selector<T, double> of) : Aggregation<T, MeanAccumulator, double>
{
    public override string Name => "mean";

    public override bool CanRetract => true;

    public override MeanAccumulator Create() => default;

    public override void Add(ref MeanAccumulator accumulator, in T value)
    {
        accumulator.Sum += of.Of(in value);
        accumulator.Count++;
    }

    public override void Retract(ref MeanAccumulator accumulator, in T value)
    {
        accumulator.Count--;
        accumulator.Sum = accumulator.Count == 0 ? 0 : accumulator.Sum - of.Of(in value); // without values no rounding error is left
    }

    public override void Merge(ref MeanAccumulator accumulator, in MeanAccumulator other)
    {
        accumulator.Count += other.Count;
        accumulator.Sum += other.Sum;
    }

    public override double Result(in MeanAccumulator accumulator) => accumulator.Sum / accumulator.Count;
}
