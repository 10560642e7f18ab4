namespace Dataflow;

internal sealed class CountAggregation<T> : Aggregation<T, long, long>
{
    public override string Name => "count";

    public override long Create() => 0;

    public override void Add(ref long accumulator, T value) => accumulator++;

    public override void Merge(ref long accumulator, in long other) => accumulator += other;

    public override long Result(in long accumulator) => accumulator;
}
