using Dataflow.Planning;

namespace Dataflow;

/// <summary>Records of one type on their way through a pipeline: what the verbs of the DSL are called on.</summary>
/// <remarks>A description, not data. One stream may be used several times: each use sees all its records.</remarks>
public class Stream<T>
{
    internal Stream(Pipeline pipeline, Node<T> node)
    {
        Pipeline = pipeline;
        Node = pipeline.Register(node);
    }

    internal Pipeline Pipeline { get; }

    internal Node<T> Node { get; }

    /// <summary>Adds a step; every verb of the DSL is written with this method.</summary>
    /// <param name="step">Makes the step's node from the one before.</param>
    public Stream<TOut> Add<TOut>(Func<Node<T>, Node<T, TOut>> step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return new Stream<TOut>(Pipeline, step(Node));
    }

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

    /// <summary>Adds a step of two streams that each begin a stage here, or are both not behind any exchange.</summary>
    internal Stream<TOut> Meet<TSecond, TOut>(
        Stream<TSecond> second, Func<Node<T>, SecondInput<TSecond>, Node<T, TSecond, TOut>> step)
        => new(Pipeline, step(Node, Pipeline.Register(new SecondInput<TSecond>(second.Node))));

    /// <summary>The stream at the start of a stage of its own, its records on the same workers.</summary>
    internal Stream<T> Forwarded() => new(Pipeline, new ForwardNode<T>(Node));

    /// <summary>The stream with each record on every worker.</summary>
    internal Stream<T> Broadcasted() => new(Pipeline, new BroadcastNode<T>(Node));
}
