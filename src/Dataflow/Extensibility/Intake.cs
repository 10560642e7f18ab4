namespace Dataflow.Extensibility;

/// <summary>Adds a value to an accumulator whole or not at all, though the user's code may throw at any place. For one thread.</summary>
/// <remarks>Made by <see cref="Aggregation{T, TAccumulator, TResult}.OpenIntake"/>; one serves any number of accumulators. Each call of
/// <see cref="Add"/> that succeeds is followed by one of <see cref="Commit"/> or of <see cref="Undo"/>, which cannot fail. If it fails, the
/// accumulator is as it was.</remarks>
public abstract class Intake<T, TAccumulator>
{
    private protected Intake()
    {
    }

    /// <summary>Does all of adding a value, or of taking it back, that may fail.</summary>
    /// <param name="accumulator">The accumulator.</param>
    /// <param name="value">The value.</param>
    /// <param name="retracts">Whether the value, which was added before, is taken back.</param>
    public abstract void Add(ref TAccumulator accumulator, T value, bool retracts = false);

    /// <summary>Does the rest.</summary>
    public abstract void Commit(ref TAccumulator accumulator);

    /// <summary>Leaves the accumulator as it was before.</summary>
    public abstract void Undo(ref TAccumulator accumulator);
}
