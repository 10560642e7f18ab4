namespace Dataflow.Extensibility;

/// <summary>An aggregate that changes an object in place, in two steps: first everything that may fail, then the change.</summary>
/// <remarks>The user's functions, hashes and comparisons belong to the first step, and only to it. So a value that fails leaves the
/// accumulator as it was, without a copy of it. Results hold copies, not parts of the accumulator.</remarks>
/// <typeparam name="T">The type of the values.</typeparam>
/// <typeparam name="TAccumulator">The accumulator, an object.</typeparam>
/// <typeparam name="TChange">The prepared change.</typeparam>
/// <typeparam name="TResult">The type of the result.</typeparam>
public abstract class InPlaceAggregation<T, TAccumulator, TChange, TResult> : Aggregation<T, TAccumulator, TResult>
{
    /// <inheritdoc/>
    public override bool ResultMayChange => false;

    /// <summary>Prepares the addition of a value; may fail, and changes nothing.</summary>
    public abstract TChange Prepare(in TAccumulator accumulator, in T value);

    /// <summary>Prepares the retraction of a value that was added before; may fail, and changes nothing.</summary>
    /// <exception cref="NotSupportedException">The aggregate cannot retract; <c>CanRetract</c> is false.</exception>
    public virtual TChange PrepareRetract(in TAccumulator accumulator, in T value) => throw CannotRetract();

    /// <summary>Makes a change that was prepared for the accumulator in its present state; cannot fail.</summary>
    public abstract void Apply(ref TAccumulator accumulator, in TChange change);

    /// <inheritdoc/>
    public sealed override void Add(ref TAccumulator accumulator, in T value) => Apply(ref accumulator, Prepare(in accumulator, in value));

    /// <inheritdoc/>
    public sealed override void Retract(ref TAccumulator accumulator, in T value)
        => Apply(ref accumulator, PrepareRetract(in accumulator, in value));

    /// <inheritdoc/>
    public sealed override Intake<T, TAccumulator> OpenIntake()
        => new PreparedIntake<T, TAccumulator, TChange, TResult>(this);
}
