namespace Dataflow.Extensibility;

/// <summary>Computes one result of many values, a value at a time.</summary>
/// <remarks>Made by <see cref="Aggregates{T}"/>; your own derive from <see cref="Aggregation{T, TAccumulator, TResult}"/>.</remarks>
/// <typeparam name="T">What is aggregated.</typeparam>
/// <typeparam name="TResult">What comes out.</typeparam>
public abstract class Aggregation<T, TResult>
{
    private protected Aggregation()
    {
    }

    /// <summary>Shown in the plan. It names all that decides what the accumulator means: a restart compares it.</summary>
    public abstract string Name { get; }

    /// <summary>All that decides the result: the name, unless the result depends on more than the accumulator does. Definitions of
    /// features are compared by it.</summary>
    public virtual string Definition => Name;

    /// <summary>Whether values can be taken back, as tables need it.</summary>
    public virtual bool CanRetract => false;

    /// <summary>Whether several workers may each aggregate what they read of a key before it is brought together and merged.</summary>
    /// <remarks>For aggregates whose result is the same to the bit however their values are split and merged, as a sum of
    /// whole numbers is and one of <see cref="double"/> is not, and whose accumulator is not larger than the values. The
    /// values of each worker are merged in the order in which they came.</remarks>
    public virtual bool CanCombine => false;

    /// <summary>Hands this aggregate on with the type of its accumulator: for steps of one's own that aggregate.</summary>
    /// <param name="visitor">Called once, at once.</param>
    /// <returns>What the visitor has made.</returns>
    public abstract TMade Accept<TMade>(IAggregationVisitor<T, TResult, TMade> visitor);

    /// <summary>Opens a trial, which fails for a value that cannot be added and changes nothing; for one thread.</summary>
    internal abstract Action<T> OpenTrial();

    /// <summary>This aggregate and another in one pass over the values: both accumulators lie side by side.</summary>
    /// <param name="other">The other aggregate.</param>
    /// <param name="result">Makes one result of both.</param>
    public Aggregation<T, TBoth> And<TOther, TBoth>(Aggregation<T, TOther> other, Func<TResult, TOther, TBoth> result)
        => Accept(new CombinedWith<T, TResult, TOther, TBoth>(other, result));
}

/// <summary>An aggregate with what it keeps. Built-in aggregates and a user's own derive from it alike.</summary>
/// <typeparam name="T">What is aggregated.</typeparam>
/// <typeparam name="TAccumulator">What is kept between values; written as it lies in memory if it is a struct without
/// references, else with MessagePack.</typeparam>
/// <typeparam name="TResult">What comes out.</typeparam>
/// <remarks>One instance serves all keys and workers: it holds no state of its own. Where an accumulator is an object, each
/// call of <see cref="Create"/> makes a new one, and what <see cref="Merge"/> takes from the other is copied: the other lives on.</remarks>
/// <example><code>
/// internal sealed class Spread&lt;T>(Func&lt;T, double> of) : Aggregation&lt;T, Bounds, double>
/// {
///     public override string Name => "spread";
///
///     public override Bounds Create() => new(double.PositiveInfinity, double.NegativeInfinity);
///
///     public override void Add(ref Bounds bounds, T value)
///         => bounds = new(Math.Min(bounds.Least, of(value)), Math.Max(bounds.Greatest, of(value)));
///
///     public override void Merge(ref Bounds bounds, in Bounds other)
///         => bounds = new(Math.Min(bounds.Least, other.Least), Math.Max(bounds.Greatest, other.Greatest));
///
///     public override double Result(in Bounds bounds) => bounds.Greatest - bounds.Least;
/// }
/// </code></example>
public abstract class Aggregation<T, TAccumulator, TResult> : Aggregation<T, TResult>
{
    /// <summary>The accumulator of no values.</summary>
    public abstract TAccumulator Create();

    /// <summary>Adds a value.</summary>
    public abstract void Add(ref TAccumulator accumulator, T value);

    /// <summary>Takes a value back that was added before: the accumulator is as if it had never been.</summary>
    /// <exception cref="NotSupportedException">The aggregate cannot, as <c>CanRetract</c> says beforehand.</exception>
    public virtual void Retract(ref TAccumulator accumulator, T value)
        => throw CannotRetract();

    /// <summary>Adds all the values of another accumulator, which came after or beside those of this one.</summary>
    public abstract void Merge(ref TAccumulator accumulator, in TAccumulator other);

    /// <summary>The result so far. The accumulator stays as it is, and the result as it is when the accumulator changes.</summary>
    public abstract TResult Result(in TAccumulator accumulator);

    /// <inheritdoc/>
    public sealed override TMade Accept<TMade>(IAggregationVisitor<T, TResult, TMade> visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        return visitor.Visit(this);
    }

    /// <summary>Whether merging may fail for two accumulators of values that were taken one by one.</summary>
    internal virtual bool MergeMayFail => true;

    /// <summary>Opens an intake, which adds a value whole or not at all: for a step that goes on after the user's code has failed on a
    /// value (<see cref="OperatorContext.KeepsRejected"/>). Where it does not go on, <see cref="Add(ref TAccumulator, T)"/> is
    /// cheaper.</summary>
    public Intake<T, TAccumulator> OpenIntake() => MakeIntake();

    internal virtual Intake<T, TAccumulator> MakeIntake() => new BackupIntake<T, TAccumulator, TResult>(this, isReplaced: false);

    internal sealed override Action<T> OpenTrial()
    {
        var (intake, empty) = (OpenIntake(), Create());
        return value =>
        {
            intake.Add(ref empty, value);
            intake.Undo(ref empty);
        };
    }

    /// <summary>Adds a value, through an intake where there is one.</summary>
    internal void Add(ref TAccumulator accumulator, T value, Intake<T, TAccumulator>? intake)
    {
        if (intake is null)
        {
            Add(ref accumulator, value);
            return;
        }

        intake.Add(ref accumulator, value);
        intake.Commit(ref accumulator);
    }

    private protected NotSupportedException CannotRetract()
        => new($"Aggregate '{Name}' cannot take a value back. Override CanRetract and Retract, or use one of TableAggregates.");
}
