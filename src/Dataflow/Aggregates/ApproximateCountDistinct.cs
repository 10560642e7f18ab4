namespace Dataflow;

internal sealed class ApproximateCountDistinctAggregation<T, TValue>(Func<T, TValue> of, int precision) : Aggregation<T, byte[], long>
{
    private readonly HyperLogLog _sketch = new(precision);

    public override string Name => $"approximate count distinct, precision {precision}";

    public override bool CanCombine => true;

    public override byte[] Create() => _sketch.Create();

    public override void Add(ref byte[] accumulator, T value) => _sketch.Add(ref accumulator, StableHash.Of(of(value)));

    public override void Merge(ref byte[] accumulator, in byte[] other) => _sketch.Merge(ref accumulator, other);

    public override long Result(in byte[] accumulator) => (long)Math.Round(_sketch.Estimate(accumulator));
}
