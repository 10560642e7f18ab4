using MessagePack;

namespace Dataflow;

/// <summary>The least or greatest value so far.</summary>
[MessagePackObject]
public record struct Extreme<TValue>([property: Key(0)] bool HasValue, [property: Key(1)] TValue Value);

internal sealed class ExtremeAggregation<T, TValue>(string name, Func<T, TValue> of, int sign)
    : Aggregation<T, Extreme<TValue>, TValue>
    where TValue : IComparable<TValue>
{
    public override string Name => name;

    public override Extreme<TValue> Create() => default;

    public override void Add(ref Extreme<TValue> accumulator, T value) => Take(ref accumulator, of(value));

    public override void Merge(ref Extreme<TValue> accumulator, in Extreme<TValue> other)
    {
        if (other.HasValue) Take(ref accumulator, other.Value);
    }

    public override TValue Result(in Extreme<TValue> accumulator) => accumulator.Value;

    private void Take(ref Extreme<TValue> accumulator, TValue value)
    {
        if (!accumulator.HasValue || value.CompareTo(accumulator.Value) * sign > 0) accumulator = new(true, value);
    }
}
