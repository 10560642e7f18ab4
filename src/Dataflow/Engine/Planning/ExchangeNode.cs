using Dataflow.Serialization;
using Dataflow.State;

namespace Dataflow.Planning;

/// <summary>A place where records may move to another worker; with one worker it does nothing.</summary>
internal abstract record ExchangeNode<T>(string Name, Node<T> Input) : Node<T>(Name), IConsumer<T>, IExchangeNode
{
    internal override Node Upstream => Input;

    /// <summary>Creates the router, which decides the worker of each record.</summary>
    public abstract Router<T> CreateRouter(int from, ShardMap shards);

    public virtual void CheckWritable()
    {
    }

    public virtual Operator<T> Build(IPlanBuilder builder) => builder.Exchange(this);
}

/// <summary>Sends the records of each key to the worker that owns the key's shard.</summary>
internal sealed record KeyExchangeNode<TKey, T>(Node<Keyed<TKey, T>> Input)
    : ExchangeNode<Keyed<TKey, T>>("exchange", Input), IKeyExchangeNode
    where TKey : notnull
{
    internal override string Exchange => $"by key ({TypeNames.Of(typeof(TKey))})";

    public override string Detail => Exchange;

    public override Router<Keyed<TKey, T>> CreateRouter(int from, ShardMap shards) => new KeyRouter<TKey, T>(shards);

    public override void CheckWritable()
    {
        _ = KeyCodec<TKey>.Default;
        StateCodec<T>.CheckType();
    }

    public string Values => TypeNames.Of(typeof(T));

    public void NoteTypes(string label)
    {
        StateTypes.NoteKeys(typeof(TKey));
        StateTypes.NoteRecords(label, Serdes.WithGiven(TypeNames.Full(typeof(TKey)), typeof(TKey)), StateCodec<T>.Signature);
    }

    public override Operator<Keyed<TKey, T>> Build(IPlanBuilder builder) => builder.KeyExchange(this);
}

/// <summary>Sends all records to the first worker, for a sink that has one writer.</summary>
internal sealed record GatherNode<T>(Node<T> Input) : ExchangeNode<T>("gather", Input)
{
    internal override string Exchange => "to one writer";

    public override string Detail => Exchange;

    public override Router<T> CreateRouter(int from, ShardMap shards) => new FixedRouter<T>(0);
}

/// <summary>Ends a stage without moving records: two streams that meet do so in a stage of their own.</summary>
/// <remarks>If the streams' stages were one, and one stream were made of the other through an exchange, that stage would wait for its own
/// barriers.</remarks>
internal sealed record ForwardNode<T>(Node<T> Input) : ExchangeNode<T>("forward", Input)
{
    internal override string Exchange => "to the same worker";

    public override string Detail => Exchange;

    public override Router<T> CreateRouter(int from, ShardMap shards) => new FixedRouter<T>(from);
}

/// <summary>Sends each record to every worker.</summary>
internal sealed record BroadcastNode<T>(Node<T> Input) : ExchangeNode<T>("broadcast", Input)
{
    internal override bool IsTimeless => true;

    public override bool MayBeShared => false;

    internal override string Exchange => "to every worker";

    public override string Detail => Exchange;

    public override Router<T> CreateRouter(int from, ShardMap shards) => new FixedRouter<T>(Router<T>.Everyone);
}

/// <summary>An exchange of any type.</summary>
internal interface IExchangeNode
{
    string Name { get; }

    /// <summary>Checks that its records can be written, for exchanges between processes.</summary>
    /// <exception cref="PlanException">They cannot.</exception>
    void CheckWritable();
}

/// <summary>An exchange by key, of any types.</summary>
internal interface IKeyExchangeNode
{
    /// <summary>The type of its records' values.</summary>
    string Values { get; }

    /// <summary>Notes the types of its records, which can be written, as those of what a checkpoint keeps.</summary>
    /// <param name="label">The exchange's name in the pipeline.</param>
    void NoteTypes(string label);
}
