using System.Runtime.CompilerServices;

namespace Dataflow.Extensibility;

/// <summary>An aggregate: computes one result from many values, one value at a time.</summary>
/// <remarks>Made by <see cref="Aggregates{T}"/>; your own derive from <see cref="Aggregation{T, TAccumulator, TResult}"/>.</remarks>
/// <typeparam name="T">The type of the values.</typeparam>
/// <typeparam name="TResult">The type of the result.</typeparam>
public abstract class Aggregation<T, TResult>
{
    private protected Aggregation()
    {
    }

    /// <summary>The name, shown in the plan. It must name everything that decides the accumulator's meaning: a restart compares
    /// it.</summary>
    public abstract string Name { get; }

    /// <summary>The name and everything else that decides the result; by default the name alone. Definitions of features are compared by
    /// it.</summary>
    public virtual string Definition => Name;

    /// <summary>Whether values can be retracted, which tables need.</summary>
    public virtual bool CanRetract => false;

    /// <summary>Whether each worker may pre-aggregate the values that it reads of a key, before the exchange brings the key together and
    /// merges them.</summary>
    /// <remarks>Only for aggregates whose result is the same to the bit however their values are split and merged (a sum of whole numbers
    /// is, a sum of <see cref="double"/> is not), and whose accumulator is not larger than the values. Each worker's values are merged in
    /// the order in which they came.</remarks>
    public virtual bool CanCombine => false;

    /// <summary>Calls the visitor with the type of the accumulator: for users' own steps that aggregate.</summary>
    /// <param name="visitor">The visitor; called once, within this call.</param>
    /// <returns>The visitor's result.</returns>
    public abstract TMade Accept<TMade>(IAggregationVisitor<T, TResult, TMade> visitor);

    /// <summary>Combines this aggregate and another, in one pass over the values: both accumulators lie side by side.</summary>
    /// <param name="other">The other aggregate.</param>
    /// <param name="result">Computes one result from both.</param>
    public Aggregation<T, TBoth> And<TOther, TBoth>(Aggregation<T, TOther> other, Func<TResult, TOther, TBoth> result)
        => Accept(new CombinedWith<T, TResult, TOther, TBoth>(other, result));
}

/// <summary>An aggregate with its accumulator. Built-in aggregates and users' own derive from it alike.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
/// <typeparam name="TAccumulator">The state between values; written as it lies in memory if it is a struct without references, else with
/// MessagePack.</typeparam>
/// <typeparam name="TResult">The type of the result.</typeparam>
/// <remarks>One instance serves all keys and workers, so it holds no state of its own. Where an accumulator is an object, each call of
/// <see cref="Create"/> makes a new one, and <see cref="Merge"/> copies what it takes from the other, which stays in use.</remarks>
/// <example><code>
/// internal sealed class Spread&lt;T>(Func&lt;T, double> of) : Aggregation&lt;T, Bounds, double>
/// {
///     public override string Name => "spread";
///
///     public override Bounds Create() => new(double.PositiveInfinity, double.NegativeInfinity);
///
///     public override void Add(ref Bounds bounds, in T value)
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
    /// <summary>Creates the accumulator of no values.</summary>
    public abstract TAccumulator Create();

    /// <summary>Adds a value.</summary>
    public abstract void Add(ref TAccumulator accumulator, in T value);

    /// <summary>Retracts a value that was added before, as if it had never been added.</summary>
    /// <exception cref="NotSupportedException">The aggregate cannot retract; <c>CanRetract</c> is false.</exception>
    public virtual void Retract(ref TAccumulator accumulator, in T value)
        => throw CannotRetract();

    /// <summary>Merges another accumulator into this one; its values came after or beside those of this one.</summary>
    public abstract void Merge(ref TAccumulator accumulator, in TAccumulator other);

    /// <summary>Computes the result so far. It leaves the accumulator unchanged, and later changes of the accumulator do not change the
    /// result.</summary>
    public abstract TResult Result(in TAccumulator accumulator);

    /// <inheritdoc/>
    public sealed override TMade Accept<TMade>(IAggregationVisitor<T, TResult, TMade> visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        return visitor.Visit(this);
    }

    /// <summary>Whether merging may fail for two accumulators whose values were each added without an error. Default true.</summary>
    /// <remarks>Where failing records are left out, values are pre-aggregated before an exchange only if it cannot: there no record
    /// would be at hand to leave out.</remarks>
    public virtual bool MergeMayFail => true;

    /// <summary>Whether values change objects that the accumulator holds, instead of replacing what is in it. By default true for
    /// accumulators that are or hold references.</summary>
    /// <remarks>False is cheaper for a step that leaves failing records out: it keeps the accumulator before a value, not its
    /// bytes.</remarks>
    public virtual bool ChangesInPlace => RuntimeHelpers.IsReferenceOrContainsReferences<TAccumulator>();

    /// <summary>Whether a result may hold what later values change in place, so that it cannot be compared with a later result. Default:
    /// as <see cref="ChangesInPlace"/>.</summary>
    public virtual bool ResultMayChange => ChangesInPlace;

    /// <summary>Opens an intake, which adds a value whole or not at all: for a step that continues after the user's code has failed on a
    /// value (<see cref="OperatorContext.KeepsRejected"/>). If the step does not continue, <see cref="Add(ref TAccumulator, in T)"/> is
    /// cheaper.</summary>
    public virtual Intake<T, TAccumulator> OpenIntake() => new BackupIntake<T, TAccumulator, TResult>(this);

    /// <summary>Adds a value, through an intake where there is one: then whole or, if the user's code fails on it, not at all.</summary>
    /// <param name="accumulator">The accumulator.</param>
    /// <param name="value">The value.</param>
    /// <param name="intake">Made by <see cref="OpenIntake"/>; null: an error stops the job, so that it may leave a part.</param>
    public void Add(ref TAccumulator accumulator, in T value, Intake<T, TAccumulator>? intake)
    {
        if (intake is null)
        {
            Add(ref accumulator, in value);
            return;
        }

        intake.Add(ref accumulator, in value);
        intake.Commit(ref accumulator);
    }

    private protected NotSupportedException CannotRetract()
        => new($"Aggregate '{Name}' cannot take a value back. Override CanRetract and Retract, or use one of TableAggregates.");
}
