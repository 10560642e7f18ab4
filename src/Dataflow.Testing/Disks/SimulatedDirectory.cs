namespace Dataflow.Testing.Disks;

/// <summary>The names in a directory: those visible to programs, those on disk, and the pending changes between.</summary>
internal sealed class SimulatedDirectory : SimulatedNode
{
    private readonly SortedDictionary<string, SimulatedNode> _durable;
    private readonly List<NameChange> _pending;

    public SimulatedDirectory()
        : this(NoNames(), NoNames(), [])
    {
    }

    private SimulatedDirectory(
        SortedDictionary<string, SimulatedNode> names,
        SortedDictionary<string, SimulatedNode> durable,
        List<NameChange> pending)
        => (Names, _durable, _pending) = (names, durable, pending);

    /// <summary>The names visible to programs. Sorted, so that the same seed gives the same outcome.</summary>
    public SortedDictionary<string, SimulatedNode> Names { get; }

    public void Change(NameChange change)
    {
        change.ApplyTo(Names);
        _pending.Add(change);
    }

    public void Sync()
    {
        foreach (var change in _pending) change.ApplyTo(_durable);
        _pending.Clear();
    }

    public override SimulatedNode After(PowerLoss loss)
    {
        var left = NoNames();
        foreach (var (name, node) in _durable) left.Add(name, node);
        foreach (var change in _pending)
            if (loss.Keeps()) change.ApplyTo(left);

        var names = NoNames();
        foreach (var (name, node) in left) names.Add(name, node.After(loss));
        return new SimulatedDirectory(names, new(names, StringComparer.Ordinal), []);
    }

    public override SimulatedNode Copy()
    {
        var copies = new Dictionary<SimulatedNode, SimulatedNode>();
        return new SimulatedDirectory(
            CopyOf(Names),
            CopyOf(_durable),
            [.. _pending.Select(change => change with { Node = CopyOnce(change.Node) })]);

        SortedDictionary<string, SimulatedNode> CopyOf(SortedDictionary<string, SimulatedNode> names)
            => new(names.ToDictionary(name => name.Key, name => CopyOnce(name.Value)), StringComparer.Ordinal);

        SimulatedNode CopyOnce(SimulatedNode node)
        {
            if (!copies.TryGetValue(node, out var copy)) copies.Add(node, copy = node.Copy());
            return copy;
        }
    }

    private static SortedDictionary<string, SimulatedNode> NoNames() => new(StringComparer.Ordinal);
}

/// <summary>A change of a file's name, or its removal; it is on disk entirely or not at all.</summary>
internal sealed record NameChange(SimulatedNode Node, string? Name)
{
    public void ApplyTo(SortedDictionary<string, SimulatedNode> names)
    {
        // Found by the file: if only the second of two renames is on disk, there is one name all the same.
        if (names.FirstOrDefault(entry => entry.Value == Node).Key is { } old) names.Remove(old);
        if (Name is not null) names[Name] = Node;
    }
}
