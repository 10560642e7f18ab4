using Dataflow.Log;

namespace Dataflow.Planning;

/// <summary>Finds out whether several processes can share the work of a pipeline.</summary>
internal static class SharingCheck
{
    /// <summary>Returns the reasons for which one process at a time runs the whole pipeline; none: its work can be shared.</summary>
    public static IReadOnlyList<string> ReasonsOf(Plan plan)
    {
        using var scope = plan.Serdes.Enter();
        return [.. plan.Nodes.SelectMany(node => ReasonsOf(plan, node)).Distinct()];
    }

    /// <summary>Returns the reasons that are to be known only with the log of the job.</summary>
    public static IEnumerable<string> ReasonsOn(PartitionedLog log, Plan plan)
        => plan.Nodes.Where(node => node is ISinkNode sink && node.MayBeShared && !sink.MayBeSharedOn(log))
            .Select(static node => $"sink '{node.Name}' cannot be shared on the log of this job");

    private static IEnumerable<string> ReasonsOf(Plan plan, Node node)
    {
        if (node is ISourceNode source)
        {
            if (!source.MayBeShared) yield return $"source '{node.Name}' is not known to be the same for every process";
        }
        else if (!node.MayBeShared)
        {
            yield return node switch
            {
                ISinkNode => $"sink '{node.Name}' may need the results of the whole pipeline",
                IExchangeNode => $"records at '{node.Name}' go {node.Exchange}, in every process",
                _ => $"step '{node.Name}' may need the records of the whole pipeline",
            };
        }

        if (node is IExchangeNode exchange && TypeFaultOf(exchange) is { } fault) yield return fault;
    }

    /// <summary>Returns why the records of an exchange cannot move to other processes; null: they can.</summary>
    public static string? TypeFaultOf(IExchangeNode exchange)
    {
        try
        {
            exchange.CheckWritable();
            return null;
        }
        catch (PlanException error)
        {
            return $"records at '{exchange.Name}' cannot be written: {error.Message}";
        }
    }
}
