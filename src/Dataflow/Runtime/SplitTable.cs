using Dataflow.Checkpoints;
using Dataflow.Planning;

namespace Dataflow.Runtime;

/// <summary>All splits of a job's sources, numbered.</summary>
internal sealed class SplitTable
{
    private readonly Dictionary<Node, List<SourceSplit>> _bySource = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> _names = [];
    private readonly List<SplitPlace> _places = [];

    /// <summary>Asks every source for its splits.</summary>
    /// <exception cref="DataflowException">A source cannot be read; if several cannot, all are named.</exception>
    public SplitTable(Plan plan, SourceContext context, RestoredCheckpoint restored)
    {
        var errors = new List<DataflowException>();
        foreach (var source in plan.Nodes.OfType<ISourceNode>())
        {
            try
            {
                Add(source, source.Describe(context), restored);
            }
            catch (DataflowException error)
            {
                errors.Add(error);
            }
        }

        if (errors.Count == 1) throw errors[0];
        if (errors.Count > 1) throw PlanException.For(plan.Pipeline, [.. errors.Select(error => error.Message)]);
    }

    public int Count => _names.Count;

    public IReadOnlyList<SplitPlace> Places => _places;

    public IEnumerable<SourceSplit> Of(Node source) => _bySource[source];

    public string NameOf(int id) => _names[id];

    /// <summary>The number of a split in this run; -1 if it is no more.</summary>
    public int IdOf(string name) => _names.IndexOf(name);

    private void Add(ISourceNode source, IReadOnlyList<SplitDescription> splits, RestoredCheckpoint restored)
    {
        var list = new List<SourceSplit>();
        foreach (var (index, split) in splits.Index())
        {
            list.Add(new SourceSplit(_names.Count, index, split.Name, restored.EndOf(split)));
            _names.Add(split.Name);
            _places.Add(new SplitPlace(source.Name, index));
        }

        _bySource.Add((Node)source, list);
    }
}
