namespace Dataflow.Processing;

/// <summary>The planned properties of a <c>Process</c> step: whether it needs event time, and whether it works in its order.</summary>
internal sealed class ProcessPlan(string step, bool handlesTimers, bool isInTimeOrder, bool hasEventTime)
{
    private const string Remedy = "Add WithEventTime(...) before KeyBy";

    public bool IsInTimeOrder => isInTimeOrder && hasEventTime;

    public static ProcessPlan Of<TKey, T, TOut>(string step, KeyedProcess<TKey, T, TOut> process, Node input)
        where TKey : notnull
        => new(step, process.HandlesTimers, process.InTimeOrder, input.HasEventTime);

    public IEnumerable<string> Check()
    {
        if (hasEventTime) yield break;
        if (handlesTimers)
        {
            yield return $"Process '{step}' handles timers of event time (OnTimer), which its stream does not have. {Remedy}, or take "
                + "SetProcessingTimer and OnProcessingTimer for timers of the clock.";
        }
        else if (isInTimeOrder)
        {
            yield return $"Process '{step}' takes records in the order of event time (InTimeOrder), which needs event time. {Remedy}.";
        }
    }

    /// <summary>Declares the fault of states that the user's code has opened without the event time which they need.</summary>
    public void Check<TKey, T>(ProcessStates<TKey, T> states, StepDeclaration declare)
        where TKey : notnull
    {
        if (states.NeedsTime && !hasEventTime)
            declare.Fault($"Process '{step}' has state with a time to live, which needs event time. {Remedy}.");
    }
}
