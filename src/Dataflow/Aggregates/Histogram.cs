using System.Globalization;

namespace Dataflow;

/// <summary>Counts of values between given bounds; the accumulator is the counts.</summary>
internal sealed class HistogramAggregation<T>(Func<T, double> of, double[] bounds) : Aggregation<T, long[], IReadOnlyList<long>>
{
    public override string Name
        => $"histogram {string.Join('|', bounds.Select(bound => bound.ToString(CultureInfo.InvariantCulture)))}";

    public override bool CanCombine => true;

    public override bool CanRetract => true;

    public override long[] Create() => new long[bounds.Length + 1];

    public override void Add(ref long[] accumulator, T value) => accumulator[BucketOf(of(value))]++;

    public override void Retract(ref long[] accumulator, T value) => accumulator[BucketOf(of(value))]--;

    public override void Merge(ref long[] accumulator, in long[] other)
    {
        for (var bucket = 0; bucket < accumulator.Length; bucket++) accumulator[bucket] += other[bucket];
    }

    public override IReadOnlyList<long> Result(in long[] accumulator) => accumulator.ToArray();

    /// <summary>How many bounds are at or below the number: that of the bucket it lies in.</summary>
    private int BucketOf(double number)
    {
        var found = Array.BinarySearch(bounds, number);
        return found >= 0 ? found + 1 : ~found;
    }
}
