using Dataflow.Planning;
using Dataflow.Runtime;

namespace Dataflow.Operations.Findings;

/// <summary>Finds the step whose code runs while a task has been busy with the same records for long: the step that received a record and
/// has not accounted for it.</summary>
internal sealed class StepsAtHand(StreamTask task, IReadOnlyList<TaskInput> inputs)
{
    private Plan Plan => task.Job.Plan;

    /// <summary>Returns its name; where the counts do not tell, the names of all candidates.</summary>
    public IReadOnlyList<string> Names()
    {
        if (task.Calling is { } called) return [called];
        var unknown = new List<Node>(); // steps whose number of received records tells nothing
        foreach (var node in inputs.SelectMany(input => After(input.Node)).Distinct())
        {
            var instance = task.Instances.FirstOrDefault(running => running.Context.NodeId == node.Id);
            if (instance.Step is not { } step) continue;
            var inFlight = step.IsOneToOne && GivenTo(node) is { } given ? StepStatus.Of("", [instance], given).InFlight : null;
            if (inFlight > 0 && step.IsDrained)
                return [.. unknown.Where(other => !IsBefore(other, node)).Append(node).Select(static at => at.Name)];
            if (inFlight != 0) unknown.Add(node);
        }

        return [.. unknown.Select(static node => node.Name)];
    }

    /// <summary>Returns the steps behind one, in the order in which they receive a record.</summary>
    private IEnumerable<Node> After(Node node) => Next(node).SelectMany(next => After(next).Prepend(next));

    private IEnumerable<Node> Next(Node node)
        => [.. Plan.ConsumersOf(node), .. Plan.Nodes.Where(other => ReferenceEquals(other.Uses, node))];

    private static bool IsBefore(Node node, Node other) => other.Inputs.Any(input => ReferenceEquals(input, node) || IsBefore(node, input));

    private long? GivenTo(Node node) => EmittedBy(node.Upstream ?? node) + (node.Uses is ISecondInput ? EmittedBy(node.Uses) : 0);

    /// <summary>Returns the number of records that a step emitted into the task; null where it is not known.</summary>
    private long? EmittedBy(Node? node)
    {
        for (; node is not null; node = node.Exchange is null ? null : node.Upstream) // with one worker an exchange is not a step
        {
            if (inputs.FirstOrDefault(input => ReferenceEquals(input.Node, node)) is { } input) return input.Given;
            if (task.TryFind(node.Id) is { } step) return step.Emitted;
        }

        return null;
    }
}
