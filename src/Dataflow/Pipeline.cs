using Dataflow.Planning;

namespace Dataflow;

/// <summary>A stream-processing program: sources, the steps between, and sinks.</summary>
/// <remarks>The name stands for the pipeline's checkpoints: a pipeline of the same name on the same log carries on from the
/// last checkpoint. Building is for one thread; a pipeline may be run several times.</remarks>
public sealed class Pipeline
{
    private readonly List<Node> _nodes = [];

    /// <summary>Begins a pipeline.</summary>
    /// <param name="name">Letters, digits, '.', '_' and '-'; it becomes part of topic names.</param>
    public Pipeline(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The name that its checkpoints are kept under.</summary>
    public string Name { get; }

    /// <summary>What becomes of a record on which the user's code, or the decoder of a source, fails. Default: the job stops.</summary>
    public ErrorPolicy OnError
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(OnError));
            field = value;
        }
    } = ErrorPolicy.Stop;

    internal IReadOnlyList<Node> Nodes => _nodes;

    /// <summary>The plan: stages, steps and exchanges, as text or as a Mermaid diagram.</summary>
    /// <exception cref="PlanException">The pipeline cannot run as it is written; every fault is listed.</exception>
    public Explanation Explain() => new(Plan.Of(this));

    internal TNode Register<TNode>(TNode node)
        where TNode : Node
    {
        _nodes.Add(node);
        return node;
    }
}
