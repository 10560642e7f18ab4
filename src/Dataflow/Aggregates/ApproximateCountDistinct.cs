namespace Dataflow;

internal sealed class ApproximateCountDistinctAggregation<T, TValue>(Selector<T, TValue> of, int precision)
    : InPlaceAggregation<T, byte[], ulong, long>
{
    private readonly HyperLogLog _sketch = new(precision);

    public override string Name => $"approximate count distinct, precision {precision}";

    public override bool CanCombine => true;

    public override bool MergeMayFail => false;

    public override byte[] Create() => _sketch.Create();

    public override ulong Prepare(in byte[] accumulator, in T value) => StableHash.Of(of.Of(in value));

    public override void Apply(ref byte[] accumulator, in ulong change) => _sketch.Add(ref accumulator, change);

    public override void Merge(ref byte[] accumulator, in byte[] other) => _sketch.Merge(ref accumulator, other);

    public override long Result(in byte[] accumulator) => (long)Math.Round(_sketch.Estimate(accumulator));
}
