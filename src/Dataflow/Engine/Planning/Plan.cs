using System.Security.Cryptography;
using System.Text;
using Dataflow.Log;
using Dataflow.Serialization;
using Dataflow.State;

namespace Dataflow.Planning;

/// <summary>A pipeline, checked and divided into stages: fused steps, and exchanges where records may move between workers.</summary>
internal sealed class Plan
{
    private readonly ILookup<Node, Node> _consumers;
    private readonly ILookup<Node, ISideNode> _sides;
    private readonly Dictionary<int, string> _labels;
    private readonly HashSet<ISourceNode> _readFirst;
    private readonly StateSignatures _states;

    private Plan(Pipeline pipeline, StateSignatures states)
    {
        Pipeline = pipeline.Name;
        OnError = pipeline.OnError;
        Serdes = pipeline.Serdes;
        Lookups = [.. pipeline.Lookups];
        Nodes = pipeline.Nodes;
        var identity = (IEqualityComparer<Node>)ReferenceEqualityComparer.Instance;
        _consumers = Nodes.Where(node => node.Upstream is not null).ToLookup(node => node.Upstream!, identity);
        _sides = Nodes.OfType<ISideNode>().ToLookup(side => side.Owner, identity);
        Stages = CutIntoStages(identity);
        _labels = LabelsOf(Nodes);
        _readFirst = [.. Nodes.OfType<ISourceNode>().Where(static source => source.FeedsTable), .. PlanCheck.SourcesOfReadFirst(Nodes)];
        _states = states;
        States = [.. Nodes.SelectMany(states.Of)];
        KeySerdes = new Dictionary<string, string>(Serdes.OfKeys, StringComparer.Ordinal);
    }

    public string Pipeline { get; }

    public IReadOnlyList<Lookup> Lookups { get; }

    public ErrorPolicy OnError { get; }

    /// <summary>Whether the pipeline may write to its topic of dead letters.</summary>
    public bool WritesDeadLetters => OnError.KeepsRejected || Nodes.Any(static node => node.WritesDeadLetters);

    /// <summary>All steps, from sources to sinks.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>The steps that run fused in one task, by stage; stages are in the order of their first steps.</summary>
    public IReadOnlyList<IReadOnlyList<Node>> Stages { get; }

    /// <summary>The states of all steps; what a restart compares.</summary>
    public IReadOnlyList<DeclaredState> States { get; }

    /// <summary>Returns the types of what checkpoints keep, which a restart compares.</summary>
    /// <param name="withExchanges">Whether records wait for other processes too, in the topics of exchanges.</param>
    public StateTypes KeptTypes(bool withExchanges) => withExchanges ? TypesWithExchanges : _states.Types;

    /// <summary>The signatures of the serdes that were given for types of keys, by type; what a restart compares.</summary>
    public IReadOnlyDictionary<string, string> KeySerdes { get; }

    public Serdes Serdes { get; }

    /// <summary>Checks a pipeline and makes its plan.</summary>
    /// <exception cref="PlanException">The pipeline has faults; all of them are listed.</exception>
    public static Plan Of(Pipeline pipeline)
    {
        using var scope = pipeline.Serdes.Enter();
        var states = new StateSignatures(pipeline);
        var faults = PlanCheck.FaultsOf(pipeline, states);
        return faults.Count == 0 ? new Plan(pipeline, states) : throw PlanException.For(pipeline.Name, faults);
    }

    /// <summary>The number of stages that assign event time.</summary>
    public int MakesTimeInStages => Nodes.Where(static node => node is IGivesEventTime).Select(StageOf).Distinct().Count();

    /// <summary>Whether a source is read as soon as the job starts; others wait until the inputs that are read first have ended.</summary>
    public bool IsReadFirst(ISourceNode source) => _readFirst.Contains(source);

    /// <summary>Describes a step with its details, and those that only the whole plan knows.</summary>
    public string TextOf(Node node)
    {
        var isReadFirst = node is ISourceNode { IsBounded: true, SortsByTime: false } source && IsReadFirst(source);
        string[] details = [node.Detail, isReadFirst ? "read before streams start" : "", _states.RemarkOf(node)];
        var text = string.Join(", ", details.Where(static detail => detail.Length > 0));
        return text.Length == 0 ? node.Name : $"{node.Name} ({text})";
    }

    /// <summary>Returns a step's name, made unique in the pipeline.</summary>
    public string LabelOf(Node node) => LabelOf(node.Id);

    /// <inheritdoc cref="LabelOf(Node)"/>
    public string LabelOf(int nodeId) => _labels[nodeId];

    /// <summary>Returns the name of the topic by which records of an exchange move between processes.</summary>
    public string RepartitionOf(Node exchange) => $"{Pipeline}.{LabelOf(exchange)}.repartition";

    /// <summary>The exchanges whose records move between the processes that share the pipeline.</summary>
    public IEnumerable<Node> SharedExchanges => Nodes.Where(static node => node is IKeyExchangeNode);

    /// <summary>Describes an exchange between processes with the types of its records.</summary>
    public string TextOfExchange(Node exchange) => $"{LabelOf(exchange)} {exchange.Exchange} of {((IKeyExchangeNode)exchange).Values}";

    /// <summary>The reasons for which one process at a time runs the whole pipeline; none: processes may share it.</summary>
    public IReadOnlyList<string> ReasonsNotToShare => field ??= SharingCheck.ReasonsOf(this);

    /// <summary>Returns the reasons for which one process at a time runs the whole pipeline on a log.</summary>
    public IReadOnlyList<string> ReasonsNotToShareOn(PartitionedLog log) => [.. ReasonsNotToShare, .. SharingCheck.ReasonsOn(log, this)];

    /// <summary>Returns the states of a step.</summary>
    public IReadOnlyList<DeclaredState> StatesOf(Node node) => _states.Of(node);

    public IEnumerable<Node> ConsumersOf(Node node) => _consumers[node];

    /// <summary>Returns the step that may aggregate before an exchange: the exchange's only use, apart from steps that parts pass
    /// by.</summary>
    public Node? CombinerFor(Node exchange)
    {
        for (var node = exchange; ConsumersOf(node).Take(2).ToList() is [var next]; node = next)
        {
            if (next.PartialAggregation is { } partial) return MayBegin(partial, exchange) ? next : null;
            if (!next.LetsPartsPass) return null;
        }

        return null;
    }

    /// <summary>The steps between an exchange and the step that aggregates before it.</summary>
    public IEnumerable<Node> Between(Node exchange, Node step)
    {
        for (var node = ConsumersOf(exchange).Single(); !ReferenceEquals(node, step); node = ConsumersOf(node).Single()) yield return node;
    }

    /// <summary>Returns the streams that were taken from a step's side outputs.</summary>
    public IEnumerable<ISideNode> SidesOf(Node node) => _sides[node];

    public int StageOf(Node node) => Stages.Index().First(stage => stage.Item.Contains(node, ReferenceEqualityComparer.Instance)).Index;

    /// <summary>Computes a hash of everything that leads to a step: SHA-256, in hexadecimal, over all steps before it.</summary>
    public string HashOf(Node last)
    {
        var steps = new SortedDictionary<int, Node>(); // by id: from sources on
        Collect(last);
        steps.Remove(last.Id);
        var numbers = steps.Keys.Index().ToDictionary(static step => step.Item, static step => step.Index);
        var text = string.Concat(steps.Values.Select(
            node => $"{node}; {SignatureOf(node)} <- {string.Join(", ", node.Inputs.Select(input => numbers[input.Id]))}\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

        void Collect(Node node)
        {
            if (!steps.TryAdd(node.Id, node)) return;
            foreach (var input in node.Inputs) Collect(input);
        }
    }

    private StateTypes TypesWithExchanges => field ??= NoteExchanges(_states.Types.Copy());

    private StateTypes NoteExchanges(StateTypes types)
    {
        using var serdes = Serdes.Enter();
        using var noting = types.Enter();
        foreach (var node in SharedExchanges.Where(static node => SharingCheck.TypeFaultOf((IExchangeNode)node) is null))
            ((IKeyExchangeNode)node).NoteTypes(LabelOf(node));
        return types;
    }

    private bool MayBegin(PartialAggregation partial, Node exchange)
        => partial.CanCombine && partial.IsFor(exchange) && !(OnError.KeepsRejected && partial.MergeMayFail);

    private string SignatureOf(Node node) => string.Join("; ", StatesOf(node).Select(static state => state.Text));

    /// <summary>Computes the labels: the first step of a name keeps it; later ones get the next free number behind it.</summary>
    private static Dictionary<int, string> LabelsOf(IReadOnlyList<Node> nodes)
    {
        var names = nodes.Select(node => node.Name).ToHashSet(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        return nodes.OrderBy(node => node.Id).ToDictionary(node => node.Id, node => Free(node.Name));

        string Free(string name)
        {
            if (used.Add(name)) return name;
            var number = 2;
            while (names.Contains($"{name}-{number}") || !used.Add($"{name}-{number}")) number++;
            return $"{name}-{number}";
        }
    }

    private List<List<Node>> CutIntoStages(IEqualityComparer<Node> identity)
    {
        var stageOf = new Dictionary<Node, List<Node>>(identity);
        foreach (var node in Nodes)
        {
            var joined = node.Exchange is null ? node.Inputs.Select(input => stageOf[input]).Distinct().ToList() : [];
            var stage = joined.Count == 0 ? [] : joined[0];
            foreach (var other in joined.Skip(1))
            {
                stage.AddRange(other);
                foreach (var moved in other) stageOf[moved] = stage;
            }

            stage.Add(node);
            stageOf[node] = stage;
        }

        foreach (var stage in stageOf.Values.Distinct()) stage.Sort((left, right) => left.Id.CompareTo(right.Id));
        return [.. stageOf.Values.Distinct().OrderBy(stage => stage[0].Id)];
    }
}
