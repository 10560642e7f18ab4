namespace Dataflow.Planning;

/// <summary>Builds one worker's running parts of a plan. Each node calls the member of its kind, which so receives the types.</summary>
internal interface IPlanBuilder
{
    void Source<T>(SourceNode<T> node);

    Operator<TIn> Step<TIn, TOut>(Node<TIn, TOut> node);

    Operator<T> SecondInput<T>(SecondInput<T> node);

    /// <summary>Builds the steps that take the records of a step's side output.</summary>
    Operator<T> Side<T>(SideNode<T> node);

    Operator<T> Exchange<T>(ExchangeNode<T> node);

    Operator<Keyed<TKey, T>> KeyExchange<TKey, T>(KeyExchangeNode<TKey, T> node)
        where TKey : notnull;

    /// <summary>Builds an exchange before which the aggregates of the step behind it begin.</summary>
    Operator<Keyed<TKey, T>> CombiningExchange<TKey, T, TAccumulator, TResult>(
        KeyExchangeNode<TKey, T> node, Node step, Aggregation<T, TAccumulator, TResult> aggregation, AlignedWindows? windows = null)
        where TKey : notnull;

    Operator<T> Sink<T>(SinkNode<T> node);
}
