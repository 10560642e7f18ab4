using Dataflow.Checkpoints;
using Dataflow.Planning;

namespace Dataflow.Runtime;

/// <summary>All splits of a job's sources, numbered; those of the checkpoint keep their numbers, which state contains.</summary>
internal sealed class SplitTable
{
    private readonly Dictionary<Node, List<SourceSplit>> _bySource = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> _names = [];
    private readonly List<SplitPlace> _places = [];

    public SplitTable(IEnumerable<(ISourceNode Source, IReadOnlyList<SplitDescription> Splits)> sources, RestoredCheckpoint restored)
    {
        foreach (var (id, name) in restored.Splits)
        {
            while (_names.Count <= id) Append(name: "", new SplitPlace("", 0));
            (_names[id], _places[id]) = (name, new SplitPlace(name, 0));
        }

        foreach (var (source, splits) in sources) Add(source, splits, restored);
    }

    /// <summary>Has every source describe its splits.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="context">The sources' access to the log.</param>
    /// <param name="process">This process, where others have to find the same; null: there are no others.</param>
    /// <exception cref="DataflowException">A source cannot be read; if several cannot, all are named.</exception>
    public static IReadOnlyList<(ISourceNode Source, IReadOnlyList<SplitDescription> Splits)> Describe(
        Plan plan, SourceContext context, string? process)
    {
        var sources = new List<(ISourceNode, IReadOnlyList<SplitDescription>)>();
        var errors = new List<DataflowException>();
        foreach (var source in plan.Nodes.OfType<ISourceNode>())
        {
            try
            {
                sources.Add((source, source.Describe(context)));
            }
            catch (DataflowException error)
            {
                errors.Add(process is null || error is not ConnectorException { IsTransient: false } ? error
                    : ConnectorException.InProcess(process, error));
            }
        }

        if (errors.Count == 1) throw errors[0];
        return errors.Count == 0 ? sources : throw PlanException.For(plan.Pipeline, [.. errors.Select(error => error.Message)]);
    }

    public int Count => _names.Count;

    public IReadOnlyList<SplitPlace> Places => _places;

    /// <summary>The names of the splits.</summary>
    public IReadOnlyList<string> Names => _names;

    public IEnumerable<SourceSplit> Of(Node source) => _bySource[source];

    /// <summary>The names of the splits that the checkpoint does not know, though it knows their source.</summary>
    public IEnumerable<string> Added
        => _bySource.Values.SelectMany(static splits => splits).Where(static split => split.IsAdded).Select(static split => split.Name);

    /// <summary>The name of the split that a record came from; empty where it is not known.</summary>
    public string NameOf(RecordOrigin origin) => origin.IsKnown && origin.Split < _names.Count ? _names[origin.Split] : "";

    /// <summary>The origin of a record of a split; unknown if neither this run nor the checkpoint has the split.</summary>
    public RecordOrigin OriginOf(string split, long offset) => IdOf(split) is >= 0 and var id ? new RecordOrigin(id, offset) : default;

    private int IdOf(string name) => _names.IndexOf(name);

    private void Add(ISourceNode source, IReadOnlyList<SplitDescription> splits, RestoredCheckpoint restored)
    {
        var list = new List<SourceSplit>();
        var isKnown = splits.Any(split => restored.Knows(split.Name));
        foreach (var (index, split) in splits.Index())
        {
            var place = new SplitPlace(source.Name, index);
            var id = IdOf(split.Name);
            if (id < 0) id = Add(split.Name, place);
            _places[id] = place;
            list.Add(new SourceSplit(id, index, split.Name, restored.EndOf(split))
            {
                Mark = restored.MarkOf(split.Name),
                Count = splits.Count,
                IsAdded = isKnown && !restored.Knows(split.Name),
            });
        }

        _bySource.Add((Node)source, list);
    }

    /// <summary>Gives a split the lowest free number. So processes that begin together number the splits alike, though one may find the
    /// first checkpoint of another, with the numbers of a part of them.</summary>
    private int Add(string name, SplitPlace place)
    {
        var id = _names.IndexOf("");
        if (id < 0) return Append(name, place);
        _names[id] = name;
        return id;
    }

    private int Append(string name, SplitPlace place)
    {
        _names.Add(name);
        _places.Add(place);
        return _names.Count - 1;
    }
}
