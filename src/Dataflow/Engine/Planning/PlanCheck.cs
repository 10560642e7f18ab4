using System.Buffers;

namespace Dataflow.Planning;

/// <summary>Finds every fault of a pipeline that can be seen before it runs.</summary>
internal static class PlanCheck
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    public static IReadOnlyList<string> FaultsOf(Pipeline pipeline, StateSignatures states)
    {
        IEnumerable<string> faults =
        [
            .. Name(pipeline), .. Ends(pipeline), .. Duplicates(pipeline, states), .. Outputs(pipeline), .. EventTimes(pipeline),
            .. Foreign(pipeline), .. ReadFirst(pipeline),
            .. pipeline.Nodes.SelectMany(static node => FaultsOf(node, node.Check)), .. states.Faults,
        ];
        return [.. faults.Distinct(StringComparer.Ordinal)]; // a step that cannot be made fails both checks
    }

    /// <summary>The fault of a step whose own code fails during planning.</summary>
    public static string CannotBeMade(Node node, Exception error) => $"step '{node.Name}' cannot be made: {error.Message}";

    /// <summary>Returns the sources of a step's records or rows, each once.</summary>
    public static IEnumerable<ISourceNode> SourcesOf(Node node)
        => node is ISourceNode source ? [source] : node.Inputs.SelectMany(SourcesOf).Distinct();

    /// <summary>Returns the sources of the second streams that are read before the first.</summary>
    public static IEnumerable<ISourceNode> SourcesOfReadFirst(IEnumerable<Node> nodes)
        => nodes.Where(static node => node is { ReadFirst: ISecondInput }).SelectMany(static node => SourcesOf(node.ReadFirst!));

    private static IEnumerable<string> Name(Pipeline pipeline)
    {
        var at = pipeline.Name.AsSpan().IndexOfAnyExcept(NameCharacters);
        if (at >= 0)
            yield return $"the name has '{pipeline.Name[at]}' at index {at}. Use letters, digits, '.', '_' and '-' only: it "
                + "becomes part of topic names.";
    }

    private static IEnumerable<string> Ends(Pipeline pipeline)
    {
        if (!pipeline.Nodes.OfType<ISourceNode>().Any()) yield return "nothing is read. Begin with From(...).";
        else if (!pipeline.Nodes.Any(node => node is ISinkNode || node.IsEnd || IsLastTable(node)))
            yield return "nothing is written. End a stream with To(...).";

        // A running job's tables can be read from outside, so nothing need follow one.
        bool IsLastTable(Node node)
            => node is { GivesRows: true, Exchange: null } and not ISourceNode && !pipeline.Nodes.Any(other => other.Inputs.Contains(node));
    }

    private static IEnumerable<string> Duplicates(Pipeline pipeline, StateSignatures states)
    {
        foreach (var sources in Repeated(pipeline.Nodes.Where(node => node is ISourceNode)))
        {
            yield return sources.Select(node => ((ISourceNode)node).Source).Distinct(ReferenceEqualityComparer.Instance).Count() == 1
                ? $"source '{sources.Key}' is read twice. Call From once and use its stream twice."
                : $"two sources are called '{sources.Key}'. If they read different things, give one of them another name (Source.Of takes "
                    + "one "
                    + "behind a list); if they read the same, call From once and use its stream twice.";
        }

        foreach (var sinks in Repeated(pipeline.Nodes.Where(node => node is ISinkNode)))
            yield return $"two streams go to '{sinks.Key}'. Give each a sink of its own, with a name of its own.";
        foreach (var topic in pipeline.Nodes.Where(node => node is { Creates: not null } and not (ISourceNode or ISinkNode))
            .GroupBy(node => node.Creates!.Value.Name, StringComparer.Ordinal).Where(steps => steps.Count() > 1))
        {
            yield return $"{topic.Count()} steps called '{topic.First().Name}' keep their results in topic '{topic.Key}'. "
                + "Give each another name, as its argument 'name'.";
        }

        foreach (var steps in Repeated(pipeline.Nodes.Where(node => node is not ISourceNode && states.Keeps(node))))
            yield return $"two steps with state are called '{steps.Key}'. Give one of them another name, as {ArgumentOf(steps)}.";
    }

    private static IEnumerable<string> Outputs(Pipeline pipeline)
        => pipeline.Nodes.OfType<ISideNode>().GroupBy(static side => (Step: side.Owner.Id, ((Node)side).Name))
            .Where(static sides => sides.Count() > 1)
            .Select(static sides => $"step '{sides.First().Owner.Name}' has two outputs called '{sides.Key.Name}' that streams are taken "
                + "of. Make one Output object, and give it to the step and to SideOutput; call others by names of their own.");

    // Watermarks are saved under the names of step and source.
    private static IEnumerable<string> EventTimes(Pipeline pipeline)
        => pipeline.Nodes.Where(node => node is IGivesEventTime)
            .SelectMany(SourcesOf, (node, source) => (Step: node.Name, Source: source.Name)).GroupBy(time => time)
            .Where(steps => steps.Count() > 1)
            .Select(steps => $"two steps that give event time to '{steps.Key.Source}' are called '{steps.Key.Step}'. Give one of "
                + "them another name, as its argument 'name'.");

    private static IEnumerable<string> ReadFirst(Pipeline pipeline)
    {
        var first = SourcesOfReadFirst(pipeline.Nodes).ToHashSet();
        foreach (var node in pipeline.Nodes.Where(static node => node is { ReadFirst: ISecondInput }))
        {
            var what = $"step '{node.Name}' reads all of its second stream before the first, but source";
            foreach (var source in SourcesOf(node.ReadFirst!).Where(static source => !source.IsBounded))
                yield return $"{what} '{source.Name}' never ends. Give it one that ends: of a topic, StopAtEnd().";
            foreach (var source in SourcesOf(node.Upstream!).Where(source => source.FeedsTable || first.Contains(source)))
            {
                yield return $"{what} '{source.Name}' of the first is read before streams start, too. Have another pipeline write it to a "
                    + "topic, and read one of the two from there.";
            }
        }
    }

    private static IEnumerable<string> Foreign(Pipeline pipeline)
    {
        var own = pipeline.Nodes.ToHashSet((IEqualityComparer<Node>)ReferenceEqualityComparer.Instance);
        return pipeline.Nodes.SelectMany(node => node.Inputs.Where(input => !own.Contains(input)).Select(
            input => $"step '{node.Name}' uses '{input.Name}' of another pipeline. Make both in one pipeline."));
    }

    private static string ArgumentOf(IEnumerable<Node> steps)
        => steps.Select(static step => step.NamedBy).OfType<string>().Distinct(StringComparer.Ordinal).ToList() is { Count: > 0 } calls
            ? $"the argument 'name' of {string.Join(" or ", calls)}"
            : "its argument 'name'";

    private static IEnumerable<IGrouping<string, Node>> Repeated(IEnumerable<Node> nodes)
        => nodes.GroupBy(node => node.Name, StringComparer.Ordinal).Where(group => group.Count() > 1);

    /// <summary>Returns the faults that a step's own check finds; an error of the check is a fault too.</summary>
    public static IReadOnlyList<string> FaultsOf(Node node, Func<IEnumerable<string>> check)
    {
        try
        {
            return [.. check()];
        }
        catch (Exception error) when (error is not DataflowException)
        {
            return [CannotBeMade(node, error)];
        }
    }
}
