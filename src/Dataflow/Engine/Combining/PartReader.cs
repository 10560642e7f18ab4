namespace Dataflow.Combining;

/// <summary>The start of a stage whose first aggregate began before the exchange.</summary>
/// <param name="first">The stage's first step, for single values.</param>
/// <param name="between">The steps that parts pass by.</param>
/// <param name="aggregate">The aggregating step, for parts.</param>
/// <param name="context">The context of that step.</param>
internal sealed class PartReader<TKey, T, TAccumulator>(
    Operator<Keyed<TKey, T>> first, IReadOnlyList<Operator> between, ITakesParts<TKey, TAccumulator> aggregate, OperatorContext context)
    : Operator<Keyed<TKey, Part<T, TAccumulator>>>
    where TKey : notnull
{
    private readonly Operator[] _between = [.. between];

    public override void Process(in Record<Keyed<TKey, Part<T, TAccumulator>>> record)
    {
        var (key, part) = record.Value;
        if (part.IsValue)
        {
            first.Process(new Record<Keyed<TKey, T>>(new(key, part.Value), record.Timestamp, record.Origin));
            return;
        }

        context.Task.EndLookahead(); // values that were sent before the part go before it
        foreach (var step in _between) step.CountPassed(part.Count);
        Take(key, in part, record.Timestamp);
    }

    public override void Advance(long watermark) => first.Advance(watermark);

    public override void Idle(Idleness idleness) => first.Idle(idleness);

    private void Take(TKey key, in Part<T, TAccumulator> part, long newest)
    {
        try
        {
            aggregate.TakePart(key, part.Accumulator, part.Count, newest);
        }
        catch (Exception error) when (context.Task.IsFailure(error))
        {
            throw context.Fail(error, default);
        }
    }
}
