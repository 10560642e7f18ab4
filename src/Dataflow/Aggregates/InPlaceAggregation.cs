namespace Dataflow;

/// <summary>An aggregate that changes an object in place, in two steps: first all that may fail, then the change.</summary>
/// <remarks>The user's functions, hashes and comparisons belong to the first step, and only to it.</remarks>
/// <typeparam name="T">What is aggregated.</typeparam>
/// <typeparam name="TAccumulator">The object.</typeparam>
/// <typeparam name="TChange">What is to change in it.</typeparam>
/// <typeparam name="TResult">What comes out.</typeparam>
internal abstract class InPlaceAggregation<T, TAccumulator, TChange, TResult> : Aggregation<T, TAccumulator, TResult>
{
    /// <summary>Finds out what adding a value changes.</summary>
    public abstract TChange Prepare(in TAccumulator accumulator, T value);

    /// <summary>Finds out what taking a value back changes.</summary>
    public virtual TChange PrepareRetract(in TAccumulator accumulator, T value) => throw CannotRetract();

    /// <summary>Makes a change that was prepared for the accumulator as it is.</summary>
    public abstract void Apply(ref TAccumulator accumulator, in TChange change);

    public sealed override void Add(ref TAccumulator accumulator, T value) => Apply(ref accumulator, Prepare(in accumulator, value));

    public sealed override void Retract(ref TAccumulator accumulator, T value)
        => Apply(ref accumulator, PrepareRetract(in accumulator, value));

    internal sealed override Intake<T, TAccumulator> MakeIntake()
        => new PreparedIntake<T, TAccumulator, TChange, TResult>(this);
}
