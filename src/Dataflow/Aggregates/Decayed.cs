namespace Dataflow;

/// <summary>Sum and count with exponential decay: a value weighs half as much after each half-life.</summary>
/// <param name="Sum">The sum of the values, each times its weight.</param>
/// <param name="Count">The sum of the weights.</param>
/// <param name="AsOfMs">The moment at which the weights hold, ms since the Unix epoch: that of the newest value.</param>
/// <param name="HalfLife">The time in which a weight halves.</param>
public readonly record struct Decayed(double Sum, double Count, long AsOfMs, TimeSpan HalfLife)
{
    /// <summary>The weighted mean; it does not change with time.</summary>
    public double Mean => Sum / Count;

    /// <summary>Computes sum and count at another moment, if nothing is added until then.</summary>
    public Decayed At(DateTimeOffset moment)
    {
        var atMs = moment.ToUnixTimeMilliseconds();
        var weight = Math.Pow(2, ((double)AsOfMs - atMs) / HalfLife.TotalMilliseconds);
        return this with { Sum = Sum * weight, Count = Count * weight, AsOfMs = atMs };
    }
}

/// <summary>The accumulator of decayed sums: their values at the moment of the newest value.</summary>
internal record struct DecayedAccumulator(double Sum, double Count, long AsOfMs);

internal sealed class DecayedAggregation<T>(Func<T, double> of, Func<T, long> time, TimeSpan halfLife)
    : Aggregation<T, DecayedAccumulator, Decayed>
{
    public override string Name => $"decayed {halfLife}";

    public override bool CanRetract => true;

    public override DecayedAccumulator Create() => new(0, 0, long.MinValue);

    public override void Add(ref DecayedAccumulator accumulator, in T value)
        => Merge(ref accumulator, new DecayedAccumulator(of(value), 1, time(value)));

    public override void Retract(ref DecayedAccumulator accumulator, in T value)
        => Merge(ref accumulator, new DecayedAccumulator(-of(value), -1, time(value)));

    public override void Merge(ref DecayedAccumulator accumulator, in DecayedAccumulator other)
    {
        if (other.AsOfMs > accumulator.AsOfMs) MoveTo(ref accumulator, other.AsOfMs);
        var weight = WeightAfter(accumulator.AsOfMs, other.AsOfMs);
        accumulator.Sum += other.Sum * weight;
        accumulator.Count += other.Count * weight;
    }

    public override Decayed Result(in DecayedAccumulator accumulator)
        => new(accumulator.Sum, accumulator.Count, accumulator.AsOfMs, halfLife);

    private void MoveTo(ref DecayedAccumulator accumulator, long momentMs)
    {
        var weight = WeightAfter(momentMs, accumulator.AsOfMs);
        accumulator = new(accumulator.Sum * weight, accumulator.Count * weight, momentMs);
    }

    private double WeightAfter(long nowMs, long thenMs)
        => nowMs == thenMs ? 1 : Math.Pow(2, ((double)thenMs - nowMs) / halfLife.TotalMilliseconds);
}
