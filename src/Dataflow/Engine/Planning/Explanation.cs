using System.Text;
using Dataflow.Planning;

namespace Dataflow;

/// <summary>A plan in readable form: <see cref="ToString"/> as text, <see cref="ToMermaid"/> as a diagram.</summary>
public sealed class Explanation
{
    private readonly Plan _plan;

    internal Explanation(Plan plan) => _plan = plan;

    /// <summary>The reasons for which one process at a time runs the whole pipeline on a log that processes share, while others wait to
    /// take over; none: processes share its work. What depends on the log (<see cref="Sink{T}.MayBeSharedOn"/>) is not part of
    /// it.</summary>
    public IReadOnlyList<string> ReasonsNotToShare => _plan.ReasonsNotToShare;

    /// <summary>The steps from sources to sinks, each behind those that it follows: the plan as a graph.</summary>
    public IReadOnlyList<PlannedStep> Steps
    {
        get
        {
            using var scope = _plan.Serdes.Enter();
            return [.. _plan.Nodes.OrderBy(static node => node.Id).Select(node => new PlannedStep(
                _plan.LabelOf(node), KindOf(node), $"stage {_plan.StageOf(node) + 1}", node.Detail,
                [.. node.Inputs.Select(_plan.LabelOf)]))];
        }
    }

    /// <summary>Lists the stages with their steps, one per line, each with the step that it follows.</summary>
    public override string ToString()
    {
        using var scope = _plan.Serdes.Enter();
        var text = new StringBuilder($"Pipeline '{_plan.Pipeline}'{OnError()}\n");
        foreach (var (index, stage) in _plan.Stages.Index())
        {
            text.Append($"  stage {index + 1}\n");
            foreach (var node in stage) text.Append($"    {Number(node),2} {_plan.TextOf(node)}{Combined(node)}{After(node)}\n");
        }

        return text.ToString();
    }

    /// <summary>Returns a Mermaid flowchart: stages as boxes, exchanges as thick arrows.</summary>
    public string ToMermaid()
    {
        using var scope = _plan.Serdes.Enter();
        var text = new StringBuilder("flowchart LR\n");
        foreach (var (index, stage) in _plan.Stages.Index())
        {
            text.Append($"  subgraph stage{index + 1}[\"stage {index + 1}\"]\n");
            foreach (var node in stage) text.Append($"    n{Number(node)}[\"{Escape(_plan.TextOf(node))}{Escape(Combined(node))}\"]\n");
            text.Append("  end\n");
        }

        foreach (var node in _plan.Nodes)
        {
            if (node.Upstream is { } upstream)
                text.Append($"  n{Number(upstream)} {(node.Exchange is null ? "-->" : "==>")} n{Number(node)}\n");
            if (node.Uses is { } used) text.Append($"  n{Number(used)} -.-> n{Number(node)}\n");
        }

        return text.ToString();
    }

    private static PlannedStepKind KindOf(Node node) => node switch
    {
        ISourceNode => PlannedStepKind.Source,
        ISinkNode => PlannedStepKind.Sink,
        ISecondInput => PlannedStepKind.SecondInput,
        ISideNode => PlannedStepKind.SideOutput,
        { Exchange: not null } => PlannedStepKind.Exchange,
        _ => PlannedStepKind.Step,
    };

    private static string Escape(string text) => text.Replace("\"", "#quot;", StringComparison.Ordinal);

    private string OnError() => _plan.OnError.KeepsRejected ? $", on error: {_plan.OnError}" : "";

    private string Combined(Node node)
        => node.Exchange is not null && _plan.CombinerFor(node) is { } step ? $", with '{step.Name}' begun before" : "";

    private int Number(Node node) => _plan.Nodes.Count(other => other.Id <= node.Id);

    private string After(Node node)
    {
        var inputs = node.Inputs.Select(input => Number(input)).ToList();
        return inputs.Count == 0 || (inputs.Count == 1 && inputs[0] == Number(node) - 1) ? "" : $" <- {string.Join(", ", inputs)}";
    }
}
