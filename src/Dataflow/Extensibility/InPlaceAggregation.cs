namespace Dataflow;

/// <summary>An aggregate that changes an object in place, in two steps: first everything that may fail, then the change.</summary>
/// <remarks>The user's functions, hashes and comparisons belong to the first step, and only to it.</remarks>
/// <typeparam name="T">The type of the values.</typeparam>
/// <typeparam name="TAccumulator">The accumulator, an object.</typeparam>
/// <typeparam name="TChange">The prepared change.</typeparam>
/// <typeparam name="TResult">The type of the result.</typeparam>
internal abstract class InPlaceAggregation<T, TAccumulator, TChange, TResult> : Aggregation<T, TAccumulator, TResult>
{
    /// <summary>Prepares the addition of a value.</summary>
    public abstract TChange Prepare(in TAccumulator accumulator, T value);

    /// <summary>Prepares the retraction of a value.</summary>
    public virtual TChange PrepareRetract(in TAccumulator accumulator, T value) => throw CannotRetract();

    /// <summary>Makes a change that was prepared for the accumulator in its present state.</summary>
    public abstract void Apply(ref TAccumulator accumulator, in TChange change);

    public sealed override void Add(ref TAccumulator accumulator, T value) => Apply(ref accumulator, Prepare(in accumulator, value));

    public sealed override void Retract(ref TAccumulator accumulator, T value)
        => Apply(ref accumulator, PrepareRetract(in accumulator, value));

    internal sealed override Intake<T, TAccumulator> MakeIntake()
        => new PreparedIntake<T, TAccumulator, TChange, TResult>(this);
}
