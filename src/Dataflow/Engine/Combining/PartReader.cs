namespace Dataflow.Combining;

/// <summary>The start of a stage whose first aggregate began before the exchange.</summary>
/// <param name="first">The stage's first step, for single values.</param>
/// <param name="aggregate">The aggregating step, for parts.</param>
internal sealed class PartReader<TKey, T, TAccumulator>(
    Operator<Keyed<TKey, T>> first, ITakesParts<TKey, T, TAccumulator> aggregate)
    : Operator<Keyed<TKey, Part<T, TAccumulator>>>
    where TKey : notnull
{
    private readonly ICountsPassed? _between = first as ICountsPassed;

    public override void Process(in Record<Keyed<TKey, Part<T, TAccumulator>>> record)
    {
        var (key, part) = record.Value;
        if (part.IsValue)
        {
            first.Process(new Record<Keyed<TKey, T>>(new(key, part.Value), record.Timestamp, record.Origin));
            return;
        }

        _between?.CountPassed(part.Count);
        aggregate.Take(key, in part, record.Timestamp);
    }

    public override void Advance(long watermark) => first.Advance(watermark);

    public override void Idle(Idleness idleness) => first.Idle(idleness);
}
