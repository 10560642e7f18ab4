namespace Dataflow.Combining;

/// <summary>An element that crosses an exchange before an aggregating step: the aggregate of some values of a key, or one value.</summary>
internal readonly record struct Part<T, TAccumulator>(T Value, TAccumulator Accumulator, long Count)
{
    /// <summary>Whether this is a single value; <see cref="Accumulator"/> is not set then.</summary>
    public bool IsValue => Count == 0;
}

/// <summary>A step that takes aggregates of values instead of values.</summary>
internal interface ITakesParts<TKey, T, TAccumulator>
    where TKey : notnull
{
    /// <summary>Adds the values of a part; the step then owns its accumulator.</summary>
    /// <param name="key">The key of all its values.</param>
    /// <param name="part">The part.</param>
    /// <param name="newest">The time of its newest value; all lie in one pane.</param>
    void Take(TKey key, in Part<T, TAccumulator> part, long newest);
}

/// <summary>A step between an exchange and its aggregate, past which parts go.</summary>
internal interface ICountsPassed
{
    /// <summary>Counts the records of a part that would have passed through the step.</summary>
    void CountPassed(long records);
}
