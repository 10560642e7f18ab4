using Dataflow.State;

namespace Dataflow.Processing;

/// <summary>The planned properties of a <c>Process</c> step: whether it needs event time, and whether it works in its order.</summary>
internal sealed class ProcessPlan
{
    private readonly bool _expires;
    private readonly bool _handlesTimers;
    private readonly bool _isInTimeOrder;
    private readonly bool _hasEventTime;

    private ProcessPlan(bool expires, bool handlesTimers, bool isInTimeOrder, bool hasEventTime)
        => (_expires, _handlesTimers, _isInTimeOrder, _hasEventTime) = (expires, handlesTimers, isInTimeOrder, hasEventTime);

    public bool IsInTimeOrder => _isInTimeOrder && _hasEventTime;

    public static ProcessPlan Of<TKey, T, TOut>(KeyedProcess<TKey, T, TOut> process, Node input)
        where TKey : notnull
        => new(HasTimeToLive(process), process.HandlesTimers, process.InTimeOrder, input.HasEventTime);

    public IEnumerable<string> Check(string step)
    {
        if (_hasEventTime) yield break;
        const string Remedy = "Add WithEventTime(...) before KeyBy";
        if (_expires) yield return $"Process '{step}' has state with a time to live, which needs event time. {Remedy}.";
        if (_handlesTimers)
        {
            yield return $"Process '{step}' handles timers of event time (OnTimer), which its stream does not have. {Remedy}, or take "
                + "SetProcessingTimer and OnProcessingTimer for timers of the clock.";
        }
        else if (_isInTimeOrder)
        {
            yield return $"Process '{step}' takes records in the order of event time (InTimeOrder), which needs event time. {Remedy}.";
        }
    }

    private static bool HasTimeToLive<TKey, T, TOut>(KeyedProcess<TKey, T, TOut> process)
        where TKey : notnull
    {
        var states = new ProcessStates<TKey, T>(new StepDeclaration("", new Changes(), keepsRejected: false, new StepOutputs([])));
        try
        {
            process.Open(states);
        }
        catch (PlanException)
        {
            return false; // reported when the step declares its states
        }

        return states.NeedsTime;
    }
}
