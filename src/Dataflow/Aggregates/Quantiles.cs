using System.Globalization;

namespace Dataflow;

internal sealed class QuantilesAggregation<T, TResult>(
    Func<T, double> of, double[] shares, double relativeError, Func<double[], TResult> result)
    : Aggregation<T, QuantileSketch, TResult>
{
    private readonly LogarithmicBuckets _buckets = new(relativeError);

    public override string Name => string.Create(CultureInfo.InvariantCulture, $"quantiles within {relativeError * 100:0.###} %");

    public override string Definition
        => string.Create(CultureInfo.InvariantCulture, $"quantiles {string.Join('|', shares.Select(Text))} within {relativeError * 100} %");

    public override bool CanRetract => true;

    public override QuantileSketch Create() => new();

    public override void Add(ref QuantileSketch accumulator, T value) => accumulator.Add(of(value), 1, _buckets);

    public override void Retract(ref QuantileSketch accumulator, T value) => accumulator.Add(of(value), -1, _buckets);

    public override void Merge(ref QuantileSketch accumulator, in QuantileSketch other) => accumulator.Merge(other, _buckets);

    public override TResult Result(in QuantileSketch accumulator)
    {
        var numbers = new double[shares.Length];
        for (var i = 0; i < shares.Length; i++) numbers[i] = accumulator.Quantile(shares[i], _buckets);
        return result(numbers);
    }

    private static string Text(double share) => share.ToString(CultureInfo.InvariantCulture);
}
