using Dataflow.Combining;
using Dataflow.Planning;
using Dataflow.Runtime;
using Dataflow.State;

namespace Dataflow.Tables;

/// <summary>Computes a row of all records of each key.</summary>
internal sealed record AggregateStreamNode<TKey, T, TA, TR, TOut>(
    string Name, Node<Keyed<TKey, T>> Input, Aggregation<T, TA, TR> Aggregation, Func<TKey, TR, TOut> Result)
    : Node<Keyed<TKey, T>, Keyed<TKey, Change<TOut>>>(Name, Input), ICombines<TKey, T>
    where TKey : notnull
{
    public bool CanCombine => Aggregation.CanCombine;

    internal override string Detail => Aggregation.Name;

    internal override string StateSignature => GroupState<TA>.SignatureOf(Aggregation.Name, typeof(TKey));

    public override Operator<Keyed<TKey, T>, Keyed<TKey, Change<TOut>>> CreateOperator()
        => new AggregateStreamOperator<TKey, T, TA, TR, TOut>(Aggregation, Result);

    public Operator<Keyed<TKey, T>> Build(KeyExchangeNode<TKey, T> exchange, TaskBuilder builder, Operator<Keyed<TKey, T>> next)
        => CombiningExchange.Build(this, exchange, builder, next, Aggregation);
}

internal sealed class AggregateStreamOperator<TKey, T, TA, TR, TOut>(Aggregation<T, TA, TR> aggregation, Func<TKey, TR, TOut> result)
    : GroupOperator<TKey, T, T, TA, TR, TOut>(aggregation, result), ITakesParts<TKey, T, TA>
    where TKey : notnull
{
    public void Take(TKey key, in Part<T, TA> part, long newest)
    {
        ref var group = ref Touch(key, out var exists);
        if (exists) Merge(ref group.Accumulator, part.Accumulator);
        else group.Accumulator = part.Accumulator;
        group.Count += part.Count;
        Reach(newest);
    }

    protected override void Change(ref GroupState<TA> group, in T input)
    {
        Aggregation.Add(ref group.Accumulator, input);
        group.Count++;
    }

    private void Merge(ref TA into, in TA other)
    {
        try
        {
            Aggregation.Merge(ref into, in other);
        }
        catch (Exception error)
        {
            throw Context.Fail(error, default);
        }
    }
}

/// <summary>Computes a row of all rows of each group.</summary>
internal sealed record AggregateTableNode<TKey, TRow, TA, TR, TOut>(
    string Name, Node<Keyed<TKey, Delta<TRow>>> Input, Aggregation<TRow, TA, TR> Aggregation, Func<TKey, TR, TOut> Result)
    : Node<Keyed<TKey, Delta<TRow>>, Keyed<TKey, Change<TOut>>>(Name, Input)
    where TKey : notnull
{
    internal override string Detail => Aggregation.Name;

    internal override string StateSignature => GroupState<TA>.SignatureOf(Aggregation.Name, typeof(TKey));

    public override Operator<Keyed<TKey, Delta<TRow>>, Keyed<TKey, Change<TOut>>> CreateOperator()
        => new AggregateTableOperator<TKey, TRow, TA, TR, TOut>(Aggregation, Result);
}

internal sealed class AggregateTableOperator<TKey, TRow, TA, TR, TOut>(
    Aggregation<TRow, TA, TR> aggregation, Func<TKey, TR, TOut> result)
    : GroupOperator<TKey, Delta<TRow>, TRow, TA, TR, TOut>(aggregation, result)
    where TKey : notnull
{
    protected override void Change(ref GroupState<TA> group, in Delta<TRow> input)
    {
        if (input.Leaves) Aggregation.Retract(ref group.Accumulator, input.Row);
        else Aggregation.Add(ref group.Accumulator, input.Row);
        group.Count += input.Leaves ? -1 : 1;
    }
}
