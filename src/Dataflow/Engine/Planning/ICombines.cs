namespace Dataflow.Planning;

/// <summary>A step that aggregates and allows pre-aggregation before its exchange.</summary>
internal interface ICombines
{
    bool CanCombine { get; }

    /// <summary>Whether merging two aggregates may fail: then the records in them cannot be told apart any more.</summary>
    bool MergeMayFail { get; }
}

/// <inheritdoc cref="ICombines"/>
internal interface ICombines<TKey, T> : ICombines
    where TKey : notnull
{
    /// <summary>Builds the exchange with the step's aggregation.</summary>
    Operator<Keyed<TKey, T>> Build(KeyExchangeNode<TKey, T> exchange, IPlanBuilder builder);
}
