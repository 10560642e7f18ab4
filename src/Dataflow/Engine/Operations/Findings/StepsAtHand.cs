using Dataflow.Planning;
using Dataflow.Runtime;

namespace Dataflow.Operations.Findings;

/// <summary>Finds whose code runs while a task has been at the same records for long: the step that was given a record and has not accounted
/// for it.</summary>
internal sealed class StepsAtHand(StreamTask task, IReadOnlyList<TaskInput> inputs)
{
    private Plan Plan => task.Job.Plan;

    /// <summary>Its name; where no count tells, the names of those that it may be.</summary>
    public IReadOnlyList<string> Names()
    {
        if (task.Calling is { } called) return [called];
        var unknown = new List<Node>(); // how many records they were given says nothing
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

    /// <summary>The steps behind one, in the order in which they are given a record.</summary>
    private IEnumerable<Node> After(Node node) => Next(node).SelectMany(next => After(next).Prepend(next));

    private IEnumerable<Node> Next(Node node)
        => [.. Plan.ConsumersOf(node), .. Plan.Nodes.Where(other => ReferenceEquals(other.Uses, node))];

    private static bool IsBefore(Node node, Node other) => other.Inputs.Any(input => ReferenceEquals(input, node) || IsBefore(node, input));

    private long? GivenTo(Node node) => EmittedBy(node.Upstream ?? node) + (node.Uses is ISecondInput ? EmittedBy(node.Uses) : 0);

    /// <summary>The number of records that came from a step into the task; null where it is not known.</summary>
    private long? EmittedBy(Node? node)
    {
        for (; node is not null; node = node.Exchange is null ? null : node.Upstream) // an exchange is no step where there is one worker
        {
            if (inputs.FirstOrDefault(input => ReferenceEquals(input.Node, node)) is { } input) return input.Given;
            if (task.TryFind(node.Id) is { } step) return step.Emitted;
        }

        return null;
    }
}
