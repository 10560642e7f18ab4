using System.Runtime.InteropServices;
using MessagePack;

namespace Dataflow;

/// <summary>The collected values, up to a limit.</summary>
/// <param name="Values">The first values, in the order of arrival.</param>
/// <param name="Dropped">The number of values that arrived after the limit was reached and are not among the values.</param>
public sealed record Collected<TValue>(IReadOnlyList<TValue> Values, long Dropped);

/// <summary>The values collected so far.</summary>
[DataflowRecord]
internal record struct CollectAccumulator<TValue>([property: Key(0)] List<TValue> Values, [property: Key(1)] long Dropped);

internal sealed class CollectAggregation<T, TValue>(int limit, Selector<T, TValue> of)
    : InPlaceAggregation<T, CollectAccumulator<TValue>, TValue, Collected<TValue>>
{
    static CollectAggregation()
    {
        GeneratedCodecs.Add(new Generated.Dataflow_CollectAccumulator_1.Form<TValue>());
        GeneratedCodecs.AddPart<List<TValue>?>(KnownCodecs.List<TValue>);
    }

    public override string Name => $"collect {limit}";

    public override CollectAccumulator<TValue> Create() => new([], 0);

    public override TValue Prepare(in CollectAccumulator<TValue> accumulator, in T value) => of.Of(in value);

    public override void Apply(ref CollectAccumulator<TValue> accumulator, in TValue change)
    {
        if (accumulator.Values.Count < limit) accumulator.Values.Add(change);
        else accumulator.Dropped++;
    }

    public override void Merge(ref CollectAccumulator<TValue> accumulator, in CollectAccumulator<TValue> other)
    {
        var taken = Math.Min(other.Values.Count, limit - accumulator.Values.Count);
        accumulator.Values.AddRange(CollectionsMarshal.AsSpan(other.Values)[..taken]);
        accumulator.Dropped += other.Dropped + other.Values.Count - taken;
    }

    public override Collected<TValue> Result(in CollectAccumulator<TValue> accumulator)
        => new(accumulator.Values.ToArray(), accumulator.Dropped);
}
