using System.Globalization;

namespace Dataflow;

/// <summary>Counts values by bucket; the accumulator is the array of counts.</summary>
internal abstract class BucketsAggregation<T, TResult>(int buckets, Func<long[], TResult> result)
    : InPlaceAggregation<T, long[], (int Bucket, int Count), TResult>
{
    public override bool CanCombine => true;

    public override bool CanRetract => true;

    public override bool MergeMayFail => false;

    public override long[] Create() => new long[buckets];

    public override (int Bucket, int Count) Prepare(in long[] accumulator, in T value) => (BucketOf(value), 1);

    public override (int Bucket, int Count) PrepareRetract(in long[] accumulator, in T value) => (BucketOf(value), -1);

    public override void Apply(ref long[] accumulator, in (int Bucket, int Count) change) => accumulator[change.Bucket] += change.Count;

    public override void Merge(ref long[] accumulator, in long[] other)
    {
        for (var bucket = 0; bucket < accumulator.Length; bucket++) accumulator[bucket] += other[bucket];
    }

    public override TResult Result(in long[] accumulator) => result(accumulator);

    protected abstract int BucketOf(T value);
}

/// <summary>Counts numbers between given bounds.</summary>
internal sealed class HistogramAggregation<T, TResult>(string name, Func<T, double> of, double[] bounds, Func<long[], TResult> result)
    : BucketsAggregation<T, TResult>(bounds.Length + 1, result)
{
    public override string Name
        => $"{name} {string.Join('|', bounds.Select(bound => bound.ToString(CultureInfo.InvariantCulture)))}";

    protected override int BucketOf(T value) => HistogramBounds.BucketOf(of(value), bounds);
}

internal static class HistogramBounds
{
    /// <summary>Returns a number's bucket: the number of bounds at or below it.</summary>
    public static int BucketOf(double number, double[] bounds)
    {
        var found = Array.BinarySearch(bounds, number);
        return found >= 0 ? found + 1 : ~found;
    }
}
