using Dataflow.Planning;
using Dataflow.Runtime;
using Dataflow.Windows;

namespace Dataflow.Combining;

/// <summary>A step that aggregates and may have its aggregates begun before the exchange in front of it.</summary>
internal interface ICombines
{
    bool CanCombine { get; }

    /// <summary>Whether bringing two aggregates together may fail: then the records in them cannot be told apart any more.</summary>
    bool MergeMayFail { get; }
}

/// <inheritdoc cref="ICombines"/>
internal interface ICombines<TKey, T> : ICombines
    where TKey : notnull
{
    /// <summary>Builds both ends of the exchange in front of the next step, and returns the writing one.</summary>
    Operator<Keyed<TKey, T>> Build(KeyExchangeNode<TKey, T> exchange, TaskBuilder builder, Operator<Keyed<TKey, T>> next);
}

/// <summary>What all such steps have in common.</summary>
internal static class CombiningExchange
{
    public static Operator<Keyed<TKey, T>> Build<TKey, T, TA, TR>(
        Node step,
        KeyExchangeNode<TKey, T> exchange,
        TaskBuilder builder,
        Operator<Keyed<TKey, T>> next,
        Aggregation<T, TA, TR> aggregation,
        AlignedWindows? windows = null)
        where TKey : notnull
    {
        var aggregate = (ITakesParts<TKey, T, TA>)builder.TaskOf(step).TryFind(step.Id)!;
        var router = new KeyRouter<TKey, Part<T, TA>>(builder.Job.Workers.Count);
        var writer = builder.Exchange(exchange, router, new PartReader<TKey, T, TA>(next, aggregate));
        var combiner = new Combiner<TKey, T, TA, TR>(writer, aggregation, windows);
        builder.AddWriter(step.Name, exchange, combiner);
        return combiner;
    }
}
