namespace Dataflow.Extensibility;

/// <summary>Adds values to an accumulator, each whole or not at all, although the user's code may throw at any place. For one
/// thread.</summary>
/// <remarks>Opened by <see cref="Aggregation{T, TAccumulator, TResult}.OpenIntake"/>; one serves any number of accumulators. Each call of
/// <see cref="Add"/> that succeeds is followed by one of <see cref="Commit"/> or of <see cref="Undo"/>, which cannot fail. If it fails, the
/// accumulator is as it was.</remarks>
public abstract class Intake<T, TAccumulator>
{
    /// <summary>Does the part of adding or retracting a value that may fail.</summary>
    /// <param name="accumulator">The accumulator.</param>
    /// <param name="value">The value.</param>
    /// <param name="retracts">Whether the value, which was added before, is retracted.</param>
    public abstract void Add(ref TAccumulator accumulator, in T value, bool retracts = false);

    /// <summary>Completes the addition; cannot fail.</summary>
    public abstract void Commit(ref TAccumulator accumulator);

    /// <summary>Restores the accumulator; cannot fail.</summary>
    public abstract void Undo(ref TAccumulator accumulator);
}
