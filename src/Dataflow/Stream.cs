using Dataflow.Planning;

namespace Dataflow;

/// <summary>A stream of records of one type; the verbs of the DSL are its methods.</summary>
/// <remarks>A description, not data. One stream may be used several times: each use sees all its records.</remarks>
public class Stream<T>
{
    internal Stream(Pipeline pipeline, Node<T> node, bool isRegistered = false)
    {
        Pipeline = pipeline;
        Node = isRegistered ? node : pipeline.Register(node);
    }

    /// <summary>The pipeline of the stream.</summary>
    public Pipeline Pipeline { get; }

    internal Node<T> Node { get; }

    /// <summary>Adds a step. Every verb of the DSL is built on this method.</summary>
    /// <param name="step">Makes the step's node from the one before.</param>
    public Stream<TOut> Add<TOut>(Func<Node<T>, Node<T, TOut>> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return new Stream<TOut>(Pipeline, step(Node));
    }

    /// <summary>The stream of the last step's side output.</summary>
    /// <remarks>Records emitted to an output whose stream nobody uses are dropped. An output that the step does not have is a fault of the
    /// plan.</remarks>
    public Stream<TSide> SideOutput<TSide>(Output<TSide> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return Side<TSide>(output, output.Name);
    }

    /// <inheritdoc/>
    public override string ToString() => $"Stream of {TypeNames.Of(typeof(T))} from '{Node.Name}'";

    /// <summary>Adds a step that takes the records of two streams, in one task of each worker.</summary>
    /// <param name="second">The other stream.</param>
    /// <param name="step">Makes the step's node from the one before and the second input.</param>
    public Stream<TOut> Add<TSecond, TOut>(
        Stream<TSecond> second, Func<Node<T>, SecondInput<TSecond>, Node<T, TSecond, TOut>> step)
    {
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(step);
        var first = Node.IsBehindExchange || second.Node.IsBehindExchange ? Forwarded() : this;
        return first.Meet(ReferenceEquals(first, this) ? second : second.Forwarded(), step);
    }

    /// <summary>Adds a step that takes this stream's records where they are, and all records of a second stream on every worker: rules, for
    /// example.</summary>
    /// <remarks>What the step keeps of the second stream is <see cref="StepDeclaration.BroadcastState"/>.</remarks>
    /// <param name="second">A stream of few records.</param>
    /// <param name="step">Makes the step's node from the one before and the second input.</param>
    public Stream<TOut> AddBroadcast<TSecond, TOut>(
        Stream<TSecond> second, Func<Node<T>, SecondInput<TSecond>, Node<T, TSecond, TOut>> step)
    {
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(step);
        return Forwarded().Meet(second.Broadcasted(), step);
    }

    /// <summary>Adds a step of two streams that either both begin a stage here or both have no exchange before them.</summary>
    internal Stream<TOut> Meet<TSecond, TOut>(
        Stream<TSecond> second, Func<Node<T>, SecondInput<TSecond>, Node<T, TSecond, TOut>> step)
        => new(Pipeline, step(Node, Pipeline.Register(new SecondInput<TSecond>(second.Node))));

    /// <summary>The stream of one of the step's side outputs; one for all its uses.</summary>
    internal Stream<TSide> Side<TSide>(object output, string name)
        => Pipeline.Nodes.OfType<SideNode<TSide>>()
            .FirstOrDefault(side => ReferenceEquals(side.Owner, Node) && ReferenceEquals(side.Output, output)) is { } taken
            ? new(Pipeline, taken, isRegistered: true)
            : new(Pipeline, new SideNode<TSide>(name, output, Node));

    /// <summary>The stream at the start of a stage of its own, its records on the same workers.</summary>
    internal Stream<T> Forwarded() => new(Pipeline, new ForwardNode<T>(Node));

    /// <summary>The stream with each record copied to every worker.</summary>
    internal Stream<T> Broadcasted() => new(Pipeline, new BroadcastNode<T>(Node));
}
