using Dataflow.Planning;
using Dataflow.Tables;

namespace Dataflow;

/// <summary>A stream whose records belong to keys: what windows, joins and keyed state are built on.</summary>
/// <remarks>Records of one key stay in order and are processed by one worker.</remarks>
public sealed class KeyedStream<TKey, T> : IGrouped<TKey, T, Aggregates<T>>
    where TKey : notnull
{
    private readonly bool _isPartitioned;
    private KeyedStream<TKey, T>? _partitioned;

    internal KeyedStream(Stream<Keyed<TKey, T>> pairs, bool isPartitioned)
    {
        Pairs = pairs;
        _isPartitioned = isPartitioned;
    }

    /// <summary>The same records as a plain stream of pairs.</summary>
    public Stream<Keyed<TKey, T>> Pairs { get; }

    /// <summary>The pipeline that the stream belongs to.</summary>
    public Pipeline Pipeline => Pairs.Pipeline;

    /// <summary>Adds a step that sees all records of its keys and may keep state by key; the keys stay as they are.</summary>
    /// <param name="step">Makes the step's node from the one before.</param>
    public KeyedStream<TKey, TOut> Add<TOut>(Func<Node<Keyed<TKey, T>>, Node<Keyed<TKey, T>, Keyed<TKey, TOut>>> step)
        => new(Partitioned().Pairs.Add(step), isPartitioned: true);

    /// <summary>The records that the last step emits to one of its second outputs, with their keys.</summary>
    /// <remarks>What is emitted to an output that nobody takes is dropped. That the step has the output is checked with the plan.</remarks>
    public KeyedStream<TKey, TSide> SideOutput<TSide>(Output<TSide> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return new(Pairs.Side<Keyed<TKey, TSide>>(output, output.Name), _isPartitioned);
    }

    /// <inheritdoc/>
    public override string ToString() => $"Stream of {TypeNames.Of(typeof(T))} by {TypeNames.Of(typeof(TKey))} from '{Pairs.Node.Name}'";

    /// <summary>Adds a step that sees the records of two streams by key, each key's records of both in one task.</summary>
    /// <param name="second">The other stream, with the same keys.</param>
    /// <param name="step">Makes the step's node from the one before and the second input.</param>
    public KeyedStream<TKey, TOut> Add<TSecond, TOut>(
        KeyedStream<TKey, TSecond> second,
        Func<Node<Keyed<TKey, T>>, SecondInput<Keyed<TKey, TSecond>>,
            Node<Keyed<TKey, T>, Keyed<TKey, TSecond>, Keyed<TKey, TOut>>> step)
    {
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(step);
        return new(ForMeeting().Meet(second.ForMeeting(), step), isPartitioned: true);
    }

    /// <summary>Adds a step that keeps nothing by key, so that the records need not be brought together by key yet; the keys stay as they
    /// are.</summary>
    /// <param name="step">Makes the step's node from the one before.</param>
    public KeyedStream<TKey, TOut> AddStateless<TOut>(
        Func<Node<Keyed<TKey, T>>, Node<Keyed<TKey, T>, Keyed<TKey, TOut>>> step)
        => Through(pairs => pairs.Add(step));

    /// <summary>Adds several such steps.</summary>
    internal KeyedStream<TKey, TOut> Through<TOut>(Func<Stream<Keyed<TKey, T>>, Stream<Keyed<TKey, TOut>>> steps)
        => new(steps(Pairs), _isPartitioned);

    /// <summary>The stream at the start of a stage of its own.</summary>
    internal KeyedStream<TKey, T> AtNewStage() => new(ForMeeting(), isPartitioned: true);

    /// <summary>The stream after the exchange that brings each key's records to one worker: one for all uses.</summary>
    internal KeyedStream<TKey, T> Partitioned()
        => _isPartitioned ? this : _partitioned ??= Exchanged();

    Aggregates<T> IGrouped<TKey, T, Aggregates<T>>.Aggregates => new();

    Table<TKey, TOut> IGrouped<TKey, T, Aggregates<T>>.Add<TR, TOut>(
        string name, Aggregation<T, TR> aggregation, Func<TKey, TR, TOut> result)
    {
        var changes = Add(input => aggregation.Accept(new AggregateStreamNodeOf<TKey, T, TR, TOut>(name, input, result)));
        return new Table<TKey, TOut>(changes, name);
    }

    /// <summary>Brought together by key, at the start of a stage of its own.</summary>
    private Stream<Keyed<TKey, T>> ForMeeting() => _isPartitioned ? Pairs.Forwarded() : Exchanged().Pairs;

    /// <summary>The stream after an exchange by key of its own.</summary>
    internal KeyedStream<TKey, T> Exchanged()
        => new(new Stream<Keyed<TKey, T>>(Pipeline, new KeyExchangeNode<TKey, T>(Pairs.Node)), isPartitioned: true);
}
