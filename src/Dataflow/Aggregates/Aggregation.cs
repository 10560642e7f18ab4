namespace Dataflow;

/// <summary>Computes one result of many values, a value at a time. Built-in aggregates and a user's own derive from it alike.</summary>
/// <typeparam name="T">What is aggregated.</typeparam>
/// <typeparam name="TAccumulator">What is kept between values; written as it lies in memory if it is a struct without
/// references, else with MessagePack.</typeparam>
/// <typeparam name="TResult">What comes out.</typeparam>
/// <remarks>One instance serves all keys and workers: it holds no state of its own.</remarks>
public abstract class Aggregation<T, TAccumulator, TResult>
{
    /// <summary>Shown in the plan.</summary>
    public abstract string Name { get; }

    /// <summary>The accumulator of no values.</summary>
    public abstract TAccumulator Create();

    /// <summary>Adds a value.</summary>
    public abstract void Add(ref TAccumulator accumulator, T value);

    /// <summary>Adds all the values of another accumulator, which came after or beside those of this one.</summary>
    public abstract void Merge(ref TAccumulator accumulator, in TAccumulator other);

    /// <summary>The result so far. The accumulator stays as it is.</summary>
    public abstract TResult Result(in TAccumulator accumulator);
}
