using System.Buffers;

namespace Dataflow.Planning;

/// <summary>Finds every fault of a pipeline that can be seen before it runs.</summary>
internal static class PlanCheck
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    public static IReadOnlyList<string> FaultsOf(Pipeline pipeline)
        => [.. Name(pipeline), .. Ends(pipeline), .. Duplicates(pipeline), .. pipeline.Nodes.SelectMany(OfNode)];

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
        else if (!pipeline.Nodes.Any(node => node is ISinkNode)) yield return "nothing is written. End a stream with To(...).";
    }

    private static IEnumerable<string> Duplicates(Pipeline pipeline)
    {
        foreach (var source in Repeated(pipeline.Nodes.Where(node => node is ISourceNode)))
            yield return $"source '{source}' is read twice. Call From once and use its stream twice.";
        foreach (var sink in Repeated(pipeline.Nodes.Where(node => node is ISinkNode)))
            yield return $"two streams go to '{sink}'. Give each a sink of its own.";
        foreach (var step in Repeated(pipeline.Nodes.Where(node => node.StateSignature() is not null)))
            yield return $"two steps with state are called '{step}'. Give one of them another name, as its argument 'name'.";
    }

    private static IEnumerable<string> Repeated(IEnumerable<Node> nodes)
        => nodes.GroupBy(node => node.Name, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key);

    private static IEnumerable<string> OfNode(Node node) => node.Check().Concat(StateFault(node));

    private static IEnumerable<string> StateFault(Node node)
    {
        try
        {
            _ = node.StateSignature;
            return [];
        }
        catch (Exception error) when (Inner(error) is { } fault)
        {
            return fault.Faults.Select(text => $"step '{node.Name}': {text}");
        }
    }

    private static string? StateSignature(this Node node)
    {
        try
        {
            return node.StateSignature;
        }
        catch (Exception error) when (Inner(error) is not null)
        {
            return null; // reported by StateFault
        }
    }

    private static PlanException? Inner(Exception? error) => error as PlanException ?? (error is null ? null : Inner(error.InnerException));
}
