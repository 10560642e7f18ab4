using Dataflow.Planning;

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
    /// <summary>Has the exchange built with the step's aggregation.</summary>
    Operator<Keyed<TKey, T>> Build(KeyExchangeNode<TKey, T> exchange, IPlanBuilder builder);
}
