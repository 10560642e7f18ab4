using Dataflow.Planning;
using Dataflow.Serialization;

namespace Dataflow;

/// <summary>A stream-processing program: sources, the steps between, and sinks.</summary>
/// <remarks>The name identifies the pipeline's checkpoints: a pipeline of the same name on the same log carries on from the last
/// checkpoint. Build it on one thread; it may be run several times.</remarks>
public sealed class Pipeline
{
    private readonly List<Node> _nodes = [];

    /// <summary>Creates an empty pipeline.</summary>
    /// <param name="name">Letters, digits, '.', '_' and '-'; it becomes part of topic names.</param>
    public Pipeline(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The pipeline's name; its checkpoints are kept under it.</summary>
    public string Name { get; }

    /// <summary>The policy for records on which the user's code or a source's decoder fails. Default:
    /// <see cref="ErrorPolicy.Stop"/>.</summary>
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

    internal List<Lookup> Lookups { get; } = [];

    internal Serdes Serdes { get; } = new();

    /// <summary>Sets the serde of a type wherever this pipeline writes values of it: as keys, in topics without a serde of their own, in
    /// state and kept sides of joins, and as parts of other values.</summary>
    /// <remarks>A type has one serde per pipeline. It must write equal keys as equal bytes. Values without references are still kept in
    /// state as they lie in memory. State is read with the serdes that wrote it: a pipeline whose serdes have changed is refused.</remarks>
    /// <exception cref="ArgumentException">The type has another serde in this pipeline.</exception>
    public Pipeline UseSerde<T>(Serde<T> serde)
    {
        ArgumentNullException.ThrowIfNull(serde);
        Serdes.Add(serde);
        return this;
    }

    /// <summary>Offers a lookup to those who watch the jobs of the pipeline: see <see cref="Job.Lookups"/>. It costs nothing until somebody
    /// looks.</summary>
    /// <exception cref="ArgumentException">There is one of that name.</exception>
    /// <example><code>
    /// pipeline.Offer(Lookup.Of("customers", customers));
    /// </code></example>
    public Pipeline Offer(Lookup lookup)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        if (Lookups.Exists(other => other.Name == lookup.Name))
            throw new ArgumentException($"Pipeline '{Name}' offers a lookup '{lookup.Name}' already. Give each a name of its own.");
        Lookups.Add(lookup);
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
