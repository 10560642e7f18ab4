namespace Dataflow;

/// <summary>The accumulator of a variance: the count, the mean, and the sum of the squared distances from it.</summary>
internal record struct VarianceAccumulator(long Count, double Mean, double SquaredDistances);

/// <summary>Variance and, as its square root, standard deviation.</summary>
/// <remarks>B. P. Welford, "Note on a method for calculating corrected sums of squares and products", 1962; merged as by
/// T. F. Chan, G. H. Golub and R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979.
/// Unlike the difference of sums of squares it keeps its digits where the mean is large.</remarks>
/// <param name="name">The name, shown in the plan.</param>
/// <param name="of">Selects the number.</param>
/// <param name="lost">The degrees of freedom that the mean takes: 1 for a sample, 0 for a whole population.</param>
/// <param name="isRoot">Whether the result is the square root.</param>
internal sealed class VarianceAggregation<T>(string name, Func<T, double> of, int lost, bool isRoot)
    : Aggregation<T, VarianceAccumulator, double>
{
    public override string Name => name;

    public override bool CanRetract => true;

    public override VarianceAccumulator Create() => default;

    public override void Add(ref VarianceAccumulator accumulator, in T value)
    {
        var number = of(value);
        var distance = number - accumulator.Mean;
        accumulator.Count++;
        accumulator.Mean += distance / accumulator.Count;
        accumulator.SquaredDistances += distance * (number - accumulator.Mean);
    }

    public override void Retract(ref VarianceAccumulator accumulator, in T value)
    {
        if (accumulator.Count == 1)
        {
            accumulator = default;
            return;
        }

        var number = of(value);
        var distance = number - accumulator.Mean;
        accumulator.Count--;
        accumulator.Mean -= distance / accumulator.Count;
        accumulator.SquaredDistances = Math.Max(0, accumulator.SquaredDistances - (distance * (number - accumulator.Mean)));
    }

    public override void Merge(ref VarianceAccumulator accumulator, in VarianceAccumulator other)
    {
        if (other.Count == 0) return;
        var count = accumulator.Count + other.Count;
        var distance = other.Mean - accumulator.Mean;
        var share = (double)other.Count / count;
        accumulator.SquaredDistances += other.SquaredDistances + (distance * distance * accumulator.Count * share);
        accumulator.Mean += distance * share;
        accumulator.Count = count;
    }

    public override double Result(in VarianceAccumulator accumulator)
    {
        var freedom = accumulator.Count - lost;
        if (freedom <= 0) return double.NaN;
        var variance = accumulator.SquaredDistances / freedom;
        return isRoot ? Math.Sqrt(variance) : variance;
    }
}
