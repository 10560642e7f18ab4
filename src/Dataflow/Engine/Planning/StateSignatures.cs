using Dataflow.State;

namespace Dataflow.Planning;

/// <summary>The states of each step, as a restart compares them; found from operators that declare them and never run.</summary>
internal sealed class StateSignatures
{
    private readonly Dictionary<int, IReadOnlyList<DeclaredState>> _byNode = [];
    private readonly Dictionary<int, string> _remarks = [];
    private readonly List<string> _faults = [];
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, string> _owners = [];
    private readonly StateTypes _types = new();
    private readonly HashSet<int> _unwritable = []; // nodes whose state has a fault, and so no signature

    public StateSignatures(Pipeline pipeline)
    {
        using var noting = _types.Enter();
        foreach (var node in pipeline.Nodes) Try(node, node.CheckTypes, static _ => true);
        // A type that cannot be written is reported where it comes in, or becomes the key, and not for each state again.
        var sides = pipeline.Nodes.OfType<ISideNode>()
            .ToLookup(side => side.Owner, (IEqualityComparer<Node>)ReferenceEqualityComparer.Instance);
        foreach (var node in pipeline.Nodes)
        {
            if (!Try(node, () => Declare(node, pipeline.OnError.KeepsRejected, sides[node]), fault => !_reported.Contains(fault)))
                _unwritable.Add(node.Id);
        }
    }

    /// <summary>Types that cannot be written and names that are used for two states.</summary>
    public IReadOnlyList<string> Faults => _faults;

    /// <summary>The types of what the steps keep, as a restart compares them.</summary>
    public StateTypes Types => _types;

    /// <summary>Returns the states of a step, and first their meaning if there is more to it; none if it has no state.</summary>
    public IReadOnlyList<DeclaredState> Of(Node node) => _byNode.GetValueOrDefault(node.Id, []);

    /// <summary>Whether a step has state, including state that cannot be written.</summary>
    public bool Keeps(Node node) => _byNode.ContainsKey(node.Id) || _unwritable.Contains(node.Id);

    /// <summary>Returns the text that the plan shows for a step because of its declarations; empty: none.</summary>
    public string RemarkOf(Node node) => _remarks.GetValueOrDefault(node.Id, "");

    private void Declare(Node node, bool keepsRejected, IEnumerable<ISideNode> sides)
    {
        DeclaredState[] meaning = node.StateSignature is { } text ? [new(node.Name, "", text)] : [];
        if (meaning.Length > 0) _byNode[node.Id] = meaning;
        if (node.Declare(keepsRejected, sides) is not { } declaration) return;
        _remarks[node.Id] = declaration.Remark;
        _faults.AddRange(declaration.Faults);
        foreach (var side in declaration.Outputs.Missing)
        {
            _faults.Add($"step '{node.Name}' has no output '{((Node)side).Name}' of these records. Take SideOutput of the step that "
                + "declares it, with the same Output object.");
        }

        _faults.AddRange(declaration.Keys.Select(declared => KeyFault(node, declared.State, declared.Key)).OfType<string>());
        foreach (var state in declaration.States)
        {
            if (!_owners.TryAdd(state.Id, node.Name) && _owners[state.Id] != node.Name)
                _faults.Add(
                    $"states of steps '{_owners[state.Id]}' and '{node.Name}' would be kept under one number. Give one of the steps "
                        + "another name.");
        }

        if (declaration.Compared.Count > 0) _byNode[node.Id] = [.. meaning, .. declaration.Compared];
    }

    /// <summary>Returns why state by key would be on another worker than the key's records, now or after a restart; null if it would
    /// not.</summary>
    private static string? KeyFault(Node node, string state, Type key)
    {
        if (key == typeof(Shard)) return null;
        var fault = $"step '{node.Name}' keeps '{state}' by {TypeNames.Of(key)}, and its stream ";
        if (node.KeyType is not { } ofStream) return $"{fault}has no keys. Call KeyBy before it.";
        if (key != ofStream)
            return $"{fault}has keys of {TypeNames.Of(ofStream)}. Keep it by those: KeyPart and KeyPair hold several values of a key.";
        if (!node.IsBehindExchange)
            return $"{fault}has the records of a key on several workers. Add it to the keyed stream, not to its Pairs.";
        return null;
    }

    /// <summary>Collects the faults that a check throws; false if it found some in the step's types or state.</summary>
    private bool Try(Node node, Action check, Func<string, bool> isNews)
    {
        try
        {
            check();
            return true;
        }
        catch (Exception error) when (Inner(error) is { } fault)
        {
            foreach (var text in fault.Faults.Where(isNews))
            {
                _reported.Add(text);
                _faults.Add(text.StartsWith($"step '{node.Name}'", StringComparison.Ordinal) ? text : $"step '{node.Name}': {text}");
            }

            return false;
        }
        catch (Exception error) when (error is not DataflowException)
        {
            _faults.Add(PlanCheck.CannotBeMade(node, error));
            return true;
        }
    }

    private static PlanException? Inner(Exception? error) => error as PlanException ?? (error is null ? null : Inner(error.InnerException));
}
