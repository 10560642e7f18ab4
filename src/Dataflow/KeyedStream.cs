using Dataflow.Planning;

namespace Dataflow;

/// <summary>A stream whose records have keys: the base of windows, joins and keyed state.</summary>
/// <remarks>Records of one key stay in order and are processed by one worker.</remarks>
public sealed partial class KeyedStream<TKey, T>
    where TKey : notnull
{
    private readonly bool _isPartitioned;
    private KeyedStream<TKey, T>? _partitioned;

    /// <summary>Takes the pairs of a step that gives keys, as <c>KeyBy</c> does, as a keyed stream.</summary>
    /// <remarks>The records of a key are brought together before the next step that needs it.</remarks>
    /// <param name="pairs">The pairs.</param>
    public KeyedStream(Stream<Keyed<TKey, T>> pairs)
        : this(pairs ?? throw new ArgumentNullException(nameof(pairs)), isPartitioned: false)
    {
    }

    internal KeyedStream(Stream<Keyed<TKey, T>> pairs, bool isPartitioned)
    {
        Pairs = pairs;
        _isPartitioned = isPartitioned;
    }

    /// <summary>The same records as a plain stream of pairs.</summary>
    public Stream<Keyed<TKey, T>> Pairs { get; }

    /// <summary>The pipeline of the stream.</summary>
    public Pipeline Pipeline => Pairs.Pipeline;

    /// <summary>Adds a step that sees all records of its keys and may keep state by key; the keys stay as they are.</summary>
    /// <param name="step">Makes the step's node from the one before.</param>
    public KeyedStream<TKey, TOut> Add<TOut>(Func<Node<Keyed<TKey, T>>, Node<Keyed<TKey, T>, Keyed<TKey, TOut>>> step)
        => new(Partitioned().Pairs.Add(step), isPartitioned: true);

    /// <summary>The stream of the last step's side output, with the same keys.</summary>
    /// <remarks>Records emitted to an output whose stream nobody uses are dropped. An output that the step does not have is a fault of the
    /// plan.</remarks>
    public KeyedStream<TKey, TSide> SideOutput<TSide>(Output<TSide> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return new(Pairs.Side<Keyed<TKey, TSide>>(output, output.Name), _isPartitioned);
    }

    /// <inheritdoc/>
    public override string ToString() => $"Stream of {TypeNames.Of(typeof(T))} by {TypeNames.Of(typeof(TKey))} from '{Pairs.Node.Name}'";

    /// <summary>Adds a step that takes the records of two streams by key; both streams' records of a key are in one task.</summary>
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

    /// <summary>Adds a step that looks up rows of a table by the keys of its records; the keys stay as they are.</summary>
    /// <remarks>The rows are in the step's task. Its node names them as <see cref="Node.Uses"/>, and its operator finds them in
    /// <see cref="Operator.Open()"/>, as <see cref="ITableRows{TKey, TRow}"/> by <see cref="OperatorContext.StepOf{TStep}(Node)"/>. A table
    /// of a bounded source is read to its end before the stream starts.</remarks>
    /// <param name="table">The table, with the same keys.</param>
    /// <param name="step">Makes the step's node from the one before and the one that keeps the rows.</param>
    public KeyedStream<TKey, TOut> Add<TRow, TOut>(
        Table<TKey, TRow> table, Func<Node<Keyed<TKey, T>>, Node, Node<Keyed<TKey, T>, Keyed<TKey, TOut>>> step)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(step);
        return (table.IsComputed ? AtNewStage() : this).Add(input => step(input, table.CopyFor(input)));
    }

    /// <summary>Adds a step without state by key, before which records need not be partitioned by key; the keys stay as they are.</summary>
    /// <param name="step">Makes the step's node from the one before.</param>
    public KeyedStream<TKey, TOut> AddStateless<TOut>(
        Func<Node<Keyed<TKey, T>>, Node<Keyed<TKey, T>, Keyed<TKey, TOut>>> step)
        => Through(pairs => pairs.Add(step));

    /// <summary>Adds steps of plain streams, to which the records are pairs; the keys must stay as they are.</summary>
    /// <param name="steps">Adds the steps, which keep no state by key, to the pairs.</param>
    public KeyedStream<TKey, TOut> Through<TOut>(Func<Stream<Keyed<TKey, T>>, Stream<Keyed<TKey, TOut>>> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        return new(steps(Pairs), _isPartitioned);
    }

    /// <summary>Adds a step that sees all records of its keys, may keep state by key, and gives its results other keys.</summary>
    /// <param name="step">Makes the step's node from the one before.</param>
    public KeyedStream<TNewKey, TOut> AddChangingKeys<TNewKey, TOut>(
        Func<Node<Keyed<TKey, T>>, Node<Keyed<TKey, T>, Keyed<TNewKey, TOut>>> step)
        where TNewKey : notnull
        => new(Partitioned().Pairs.Add(step));

    /// <summary>Adds a step that sees all records of its keys, and all records of a second stream on every worker: rules, for
    /// example.</summary>
    /// <remarks>What the step keeps of the second stream is <see cref="StepDeclaration.BroadcastState"/>.</remarks>
    /// <param name="second">A stream of few records.</param>
    /// <param name="step">Makes the step's node from the one before and the second input.</param>
    public KeyedStream<TKey, TOut> AddBroadcast<TSecond, TOut>(
        Stream<TSecond> second,
        Func<Node<Keyed<TKey, T>>, SecondInput<TSecond>, Node<Keyed<TKey, T>, TSecond, Keyed<TKey, TOut>>> step)
    {
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(step);
        return new(ForMeeting().Meet(second.Broadcasted(), step), isPartitioned: true);
    }

    /// <summary>The stream partitioned by key, at the start of a stage of its own.</summary>
    internal KeyedStream<TKey, T> AtNewStage() => new(ForMeeting(), isPartitioned: true);

    /// <summary>The stream after the exchange that partitions it by key; one exchange for all uses.</summary>
    internal KeyedStream<TKey, T> Partitioned()
        => _isPartitioned ? this : _partitioned ??= Exchanged();

    /// <summary>The pairs partitioned by key, at the start of a stage of their own.</summary>
    private Stream<Keyed<TKey, T>> ForMeeting() => _isPartitioned ? Pairs.Forwarded() : Exchanged().Pairs;

    /// <summary>The stream after an exchange by key that no other use shares.</summary>
    internal KeyedStream<TKey, T> Exchanged()
        => new(new Stream<Keyed<TKey, T>>(Pipeline, new KeyExchangeNode<TKey, T>(Pairs.Node)), isPartitioned: true);
}
