using System.Globalization;

namespace Dataflow;

/// <summary>Counts of values between given bounds; the accumulator is the counts.</summary>
internal sealed class HistogramAggregation<T, TResult>(string name, Func<T, double> of, double[] bounds, Func<long[], TResult> result)
    : Aggregation<T, long[], TResult>
{
    public override string Name
        => $"{name} {string.Join('|', bounds.Select(bound => bound.ToString(CultureInfo.InvariantCulture)))}";

    public override bool CanCombine => true;

    public override bool CanRetract => true;

    public override long[] Create() => new long[bounds.Length + 1];

    public override void Add(ref long[] accumulator, T value) => accumulator[HistogramBounds.BucketOf(of(value), bounds)]++;

    public override void Retract(ref long[] accumulator, T value) => accumulator[HistogramBounds.BucketOf(of(value), bounds)]--;

    public override void Merge(ref long[] accumulator, in long[] other)
    {
        for (var bucket = 0; bucket < accumulator.Length; bucket++) accumulator[bucket] += other[bucket];
    }

    public override TResult Result(in long[] accumulator) => result(accumulator);
}

internal static class HistogramBounds
{
    /// <summary>How many bounds are at or below a number: that of the bucket it lies in.</summary>
    public static int BucketOf(double number, double[] bounds)
    {
        var found = Array.BinarySearch(bounds, number);
        return found >= 0 ? found + 1 : ~found;
    }
}
