namespace Dataflow.Combining;

/// <summary>An element that crosses an exchange before an aggregating step: the aggregate of some values of a key, or one value.</summary>
internal readonly record struct Part<T, TAccumulator>(T Value, TAccumulator Accumulator, long Count)
{
    /// <summary>Whether this is a single value; <see cref="Accumulator"/> is not set then.</summary>
    public bool IsValue => Count == 0;
}
