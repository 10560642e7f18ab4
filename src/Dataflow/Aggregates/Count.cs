namespace Dataflow;

internal sealed class CountAggregation<T> : Aggregation<T, long, long>
{
    public override string Name => "count";

    public override bool CanCombine => true;

    public override bool CanRetract => true;

    public override bool MergeMayFail => false;

    public override long Create() => 0;

    public override void Add(ref long accumulator, in T value) => accumulator++;

    public override void Retract(ref long accumulator, in T value) => accumulator--;

    public override void Merge(ref long accumulator, in long other) => accumulator += other;

    public override long Result(in long accumulator) => accumulator;
}

internal sealed class CountWhereAggregation<T>(Selector<T, bool> predicate) : Aggregation<T, long, long>
{
    public override string Name => "count where";

    public override bool CanCombine => true;

    public override bool CanRetract => true;

    public override bool MergeMayFail => false;

    public override long Create() => 0;

    public override void Add(ref long accumulator, in T value)
    {
        if (predicate.Of(in value)) accumulator++;
    }

    public override void Retract(ref long accumulator, in T value)
    {
        if (predicate.Of(in value)) accumulator--;
    }

    public override void Merge(ref long accumulator, in long other) => accumulator += other;

    public override long Result(in long accumulator) => accumulator;
}
