using System.Globalization;

namespace Dataflow;

internal sealed class QuantilesAggregation<T, TResult>(
    Selector<T, double> of, double[] shares, double relativeError, Func<double[], TResult> result)
    : InPlaceAggregation<T, QuantileSketch, (double Number, int Count), TResult>
{
    private readonly LogarithmicBuckets _buckets = new(relativeError);

    public override string Name => string.Create(CultureInfo.InvariantCulture, $"quantiles within {relativeError * 100:0.###} %");

    public override string Definition
        => string.Create(CultureInfo.InvariantCulture, $"quantiles {string.Join('|', shares.Select(Text))} within {relativeError * 100} %");

    public override bool CanRetract => true;

    public override QuantileSketch Create() => new();

    public override (double Number, int Count) Prepare(in QuantileSketch accumulator, in T value) => (Number(value), 1);

    public override (double Number, int Count) PrepareRetract(in QuantileSketch accumulator, in T value) => (Number(value), -1);

    public override void Apply(ref QuantileSketch accumulator, in (double Number, int Count) change)
        => accumulator.Add(change.Number, change.Count, _buckets);

    public override void Merge(ref QuantileSketch accumulator, in QuantileSketch other) => accumulator.Merge(other, _buckets);

    public override TResult Result(in QuantileSketch accumulator)
    {
        var numbers = new double[shares.Length];
        for (var i = 0; i < shares.Length; i++) numbers[i] = accumulator.Quantile(shares[i], _buckets);
        return result(numbers);
    }

    private static string Text(double share) => share.ToString(CultureInfo.InvariantCulture);

    private double Number(T value)
    {
        var number = of.Of(in value);
        return double.IsFinite(number)
            ? number
            : throw new ArgumentException(
                "Quantiles: the number is infinite or NaN, and has no place among others. Leave such records out before.");
    }
}
