using Dataflow.Planning;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>The differences between the state of a checkpoint and that of a plan, for which the plan cannot carry on from it.</summary>
/// <remarks>A state that only the plan has is none: it begins empty.</remarks>
/// <param name="then">The checkpoint.</param>
/// <param name="now">The plan.</param>
/// <param name="read">The plan's sources that were read before the checkpoint.</param>
internal sealed class StateDifferences(Manifest then, Plan now, IReadOnlyList<ISourceNode> read)
{
    private readonly StateTypes _types = now.KeptTypes(withExchanges: then.Exchanges.Count > 0);
    private readonly HashSet<string> _before = then.States.Select(static state => state.Step).ToHashSet(StringComparer.Ordinal);

    /// <summary>Returns the differences as text.</summary>
    public IReadOnlyList<string> ToLines()
    {
        List<Difference> types = [.. Types()];
        List<Difference> all = [.. States(), .. Meanings(), .. types, .. KeySerdes()];
        var areClear = !all.Any(static of
            => of is { Then: { } before, Now: { } after } && TypeNames.WithoutNamespaces(before) == TypeNames.WithoutNamespaces(after));
        var lines = all.SelectMany(static difference => difference.ToLines());
        return [.. areClear ? lines.Select(TypeNames.WithoutNamespaces) : lines, .. types.Count == 0 ? Members() : [], .. Tables()];
    }

    private IEnumerable<Difference> States()
    {
        var declared = now.States.ToLookup(static state => (state.Step, state.Name));
        return then.States.Except(now.States)
            .Select(state => new Difference($"{state}", declared[(state.Step, state.Name)].FirstOrDefault()?.ToString()));
    }

    /// <summary>Returns the meanings that are given now to what the checkpoint has without any.</summary>
    private IEnumerable<Difference> Meanings()
        => now.Nodes.Where(IsKnown).SelectMany(now.StatesOf)
            .Where(state => state.Name.Length == 0 && !then.States.Any(other => other.Step == state.Step && other.Name.Length == 0))
            .Select(static state => new Difference(null, $"{state}"));

    private bool IsKnown(Node node)
        => node is ISourceNode source
            ? read.Contains(source)
            : _before.Contains(node.Name) || StepCheckpoint.HasSaved(then.Blobs, node.Name);

    private IEnumerable<Difference> Types()
        => StateTypes.Changed(then.Types, _types.Forms)
            .Select(type => new Difference(StateTypes.ToText(type, then.Types), StateTypes.ToText(type, _types.Forms)));

    /// <summary>Returns the members that could not be read, and those of keys that would have other bytes; those of types in
    /// <see cref="Types"/> may be among them.</summary>
    private IEnumerable<string> Members()
        => [.. StateSchemas.Differences(then.Keys, _types.Keys.All, areKeys: true),
            .. StateSchemas.Differences(then.Schemas, _types.Schemas.All)];

    /// <summary>Returns the serdes of keys that differ. One that is new may be of keys that the checkpoint has.</summary>
    private IEnumerable<Difference> KeySerdes()
    {
        if (_before.Count == 0) return [];
        var (before, after) = (then.KeySerdes, now.KeySerdes);
        return before.Keys.Union(after.Keys).Select(type => new Difference(TextOf(type, before), TextOf(type, after)))
            .Where(static serdes => serdes.Then != serdes.Now);

        static string? TextOf(string type, IReadOnlyDictionary<string, string> serdes)
            => serdes.TryGetValue(type, out var signature) ? $"serde of {type}: {signature}" : null;
    }

    /// <summary>Returns the new steps that would be given changes of rows which they have never seen.</summary>
    private IEnumerable<string> Tables()
        => from node in now.Nodes
           where node.TakesRows && now.StatesOf(node).Count > 0 && !_before.Contains(node.Name)
           from source in PlanCheck.SourcesOf(node).Where(read.Contains).Take(1)
           select $"step '{node.Name}' is new, and would lack the rows that source '{source.Name}' gave before";

    /// <summary>A line of the checkpoint and the line that the plan has in its place; null: none.</summary>
    private sealed record Difference(string? Then, string? Now)
    {
        public IEnumerable<string> ToLines()
        {
            if (Then is not null) yield return Now is null ? $"the pipeline lacks   {Then}" : $"the checkpoint has   {Then}";
            if (Now is not null) yield return $"the pipeline has     {Now}";
        }
    }
}
