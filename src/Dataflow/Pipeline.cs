using Dataflow.Planning;
using Dataflow.Serialization;

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

    internal Serdes Serdes { get; } = new();

    /// <summary>Says how values of a type become bytes, wherever this pipeline makes some of them: as keys, in topics that have no serde
    /// of their
    /// own, in state and kept sides of joins, and as parts of other values.</summary>
    /// <remarks>A type has one in a pipeline. Equal keys must be written as equal bytes; values without references are kept in state as
    /// they lie in
    /// memory all the same. State is read in the way that it was written: a pipeline whose serdes have changed is refused.</remarks>
    /// <exception cref="ArgumentException">The type has another one in this pipeline.</exception>
    public Pipeline UseSerde<T>(Serde<T> serde)
    {
        ArgumentNullException.ThrowIfNull(serde);
        Serdes.Add(serde);
        return this;
    }

    /// <summary>The plan: stages, steps and exchanges, as text or as a Mermaid diagram.</summary>
    /// <exception cref="PlanException">The pipeline cannot run as it is written; every fault is listed.</exception>
    public Explanation Explain() => new(Plan.Of(this));

    /// <inheritdoc/>
    public override string ToString() => $"Pipeline '{Name}' of {_nodes.Count} steps";

    internal TNode Register<TNode>(TNode node)
        where TNode : Node
    {
        _nodes.Add(node);
        return node;
    }
}
