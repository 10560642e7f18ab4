using System.Numerics;

namespace Dataflow;

internal sealed class SumAggregation<T, TNumber>(Selector<T, TNumber> of) : Aggregation<T, TNumber, TNumber>
    where TNumber : struct, INumber<TNumber>
{
    public override string Name => "sum";

    public override bool CanCombine
        => typeof(TNumber) != typeof(double) && typeof(TNumber) != typeof(float) && typeof(TNumber) != typeof(decimal);

    public override bool CanRetract => true;

    public override TNumber Create() => TNumber.Zero;

    public override void Add(ref TNumber accumulator, in T value) => accumulator = checked(accumulator + of.Of(in value));

    public override void Retract(ref TNumber accumulator, in T value) => accumulator = checked(accumulator - of.Of(in value));

    public override void Merge(ref TNumber accumulator, in TNumber other) => accumulator = checked(accumulator + other);

    public override TNumber Result(in TNumber accumulator) => accumulator;
}
