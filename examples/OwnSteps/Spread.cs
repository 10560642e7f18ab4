using Dataflow;
using Dataflow.Extensibility;

namespace OwnSteps;

/// <summary>The accumulator of a spread: a struct without references, kept as it lies in memory.</summary>
internal record struct Bounds(double Least, double Greatest);

/// <summary>An aggregate of one's own: greatest minus least.</summary>
internal sealed class Spread<T>(Func<T, double> of) : Aggregation<T, Bounds, double>
{
    public override string Name => "spread";

    public override Bounds Create() => new(double.PositiveInfinity, double.NegativeInfinity);

    public override void Add(ref Bounds bounds, in T value)
        => bounds = new(Math.Min(bounds.Least, of(value)), Math.Max(bounds.Greatest, of(value)));

    public override void Merge(ref Bounds bounds, in Bounds other)
        => bounds = new(Math.Min(bounds.Least, other.Least), Math.Max(bounds.Greatest, other.Greatest));

    public override double Result(in Bounds bounds) => bounds.Greatest - bounds.Least;
}
