
namespace Dataflow.Planning;

/// <summary>A place where records may move to another worker; with one worker it does nothing.</summary>
internal abstract record ExchangeNode<T>(string Name, Node<T> Input) : Node<T>(Name), IConsumer<T>
{
    internal override Node Upstream => Input;

    /// <summary>Creates the router, which decides the worker of each record.</summary>
    public abstract Router<T> CreateRouter(int from, int workers);

    public virtual Operator<T> Build(IPlanBuilder builder) => builder.Exchange(this);
}

/// <summary>Sends the records of each key to the worker that owns the key's shard.</summary>
internal sealed record KeyExchangeNode<TKey, T>(Node<Keyed<TKey, T>> Input)
    : ExchangeNode<Keyed<TKey, T>>("exchange", Input)
    where TKey : notnull
{
    internal override string Exchange => $"by key ({TypeNames.Of(typeof(TKey))})";

    public override string Detail => Exchange;

    public override Router<Keyed<TKey, T>> CreateRouter(int from, int workers) => new KeyRouter<TKey, T>(workers);

    public override Operator<Keyed<TKey, T>> Build(IPlanBuilder builder) => builder.KeyExchange(this);
}

/// <summary>Sends all records to the first worker, for a sink that has one writer.</summary>
internal sealed record GatherNode<T>(Node<T> Input) : ExchangeNode<T>("gather", Input)
{
    internal override string Exchange => "to one writer";

    public override string Detail => Exchange;

    public override Router<T> CreateRouter(int from, int workers) => new FixedRouter<T>(0);
}

/// <summary>Ends a stage without moving records: two streams that meet do so in a stage of their own.</summary>
/// <remarks>If the streams' stages were one, and one stream were made of the other through an exchange, that stage would wait for its own
/// barriers.</remarks>
internal sealed record ForwardNode<T>(Node<T> Input) : ExchangeNode<T>("forward", Input)
{
    internal override string Exchange => "to the same worker";

    public override string Detail => Exchange;

    public override Router<T> CreateRouter(int from, int workers) => new FixedRouter<T>(from);
}

/// <summary>Sends each record to every worker.</summary>
internal sealed record BroadcastNode<T>(Node<T> Input) : ExchangeNode<T>("broadcast", Input)
{
    internal override bool IsTimeless => true;

    internal override string Exchange => "to every worker";

    public override string Detail => Exchange;

    public override Router<T> CreateRouter(int from, int workers) => new FixedRouter<T>(Router<T>.Everyone);
}
