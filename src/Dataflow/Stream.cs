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
}
