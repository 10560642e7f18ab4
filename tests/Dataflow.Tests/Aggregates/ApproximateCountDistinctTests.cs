using CsCheck;
using static Dataflow.Tests.Aggregates.AggregateLaws;

namespace Dataflow.Tests.Aggregates;

public class ApproximateCountDistinctTests
{
    [Fact]
    public void Small_counts_are_as_good_as_exact()
        => Merges(
            Gen.Int[0, 60],
            a => a.ApproximateCountDistinct(x => x),
            rows => rows.Distinct().Count(),
            (expected, actual) => Assert.InRange(actual, expected - 1, expected + 1));

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(12)]
    public void A_split_changes_nothing(int precision)
    {
        var sketch = Sketch((int x) => x, precision);
        Merges(Gen.Int[0, 2_000].Array[0, 200], _ => new OfMany(sketch), rows => sketch.Result(Sum(sketch, rows.SelectMany(x => x))));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(10)]
    [InlineData(12)]
    [InlineData(14)]
    public void The_error_is_within_what_is_stated(int precision)
    {
        const int Sketches = 40;
        var stated = 1.04 / Math.Sqrt(1 << precision);
        var sketch = Sketch((long x) => x, precision);
        foreach (var count in new[] { 100, 1_000, 5_000, 30_000 })
        {
            var errors = Enumerable.Range(0, Sketches).Select(number =>
            {
                var values = Enumerable.Range(0, count).Select(i => ((long)number << 40) + i);
                return (sketch.Result(Sum(sketch, values)) / (double)count) - 1;
            }).ToList();

            // root mean square of 40: within 3 of its own deviations
            Assert.InRange(Math.Sqrt(errors.Average(e => e * e)), 0, 1.35 * stated);
            Assert.InRange(errors.Average(), -0.5 * stated, 0.5 * stated); // no bias
        }
    }

    [Fact]
    public void Strings_and_records_are_spread_as_well_as_numbers()
    {
        var texts = Sketch((int x) => $"user-{x:D8}");
        var records = Sketch((int x) => new Point(x, x / 3));
        var numbers = Enumerable.Range(0, 50_000).ToList();

        Assert.InRange(texts.Result(Sum(texts, numbers)), 47_500, 52_500);
        Assert.InRange(records.Result(Sum(records, numbers)), 47_500, 52_500);
    }

    [Fact]
    public void Hashes_are_the_same_in_every_run()
    {
        Assert.Equal(
            [11286133854226296554UL, 8777449547987942575UL, 3314143332395875000UL, 10800507183498190560UL],
            new[] { StableHash.Of(0L), StableHash.Of(""), StableHash.Of("user-00000001"), StableHash.Of(new Point(1, 2)) });
    }

    [Fact]
    public void A_sketch_never_takes_more_than_its_registers()
    {
        var sketch = Sketch((int x) => x);

        Assert.Equal(16, sketch.Create().Length);
        Assert.InRange(Sum(sketch, Enumerable.Range(0, 20)).Length, 80, 512);
        Assert.Equal(4096, Sum(sketch, Enumerable.Range(0, 100_000)).Length);
    }

    [Fact]
    public void The_precision_lies_between_4_and_18()
    {
        Assert.Throws<ArgumentOutOfRangeException>("precision", () => new Aggregates<int>().ApproximateCountDistinct(x => x, 3));
        Assert.Throws<ArgumentOutOfRangeException>("precision", () => new Aggregates<int>().ApproximateCountDistinct(x => x, 19));
    }

    public readonly record struct Point(int X, int Y);

    private static Aggregation<T, byte[], long> Sketch<T, TValue>(Func<T, TValue> of, int precision = 12)
        => (Aggregation<T, byte[], long>)new Aggregates<T>().ApproximateCountDistinct(of, precision);

    /// <summary>Adds many values at a time, so that small samples fill a sketch.</summary>
    private sealed class OfMany(Aggregation<int, byte[], long> sketch) : Aggregation<int[], byte[], long>
    {
        public override string Name => sketch.Name;

        public override byte[] Create() => sketch.Create();

        public override void Add(ref byte[] accumulator, in int[] value)
        {
            foreach (var number in value) sketch.Add(ref accumulator, number);
        }

        public override void Merge(ref byte[] accumulator, in byte[] other) => sketch.Merge(ref accumulator, in other);

        public override long Result(in byte[] accumulator) => sketch.Result(in accumulator);
    }
}
