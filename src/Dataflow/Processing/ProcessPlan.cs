using Dataflow.State;

namespace Dataflow.Processing;

/// <summary>The planned properties of a <c>Process</c> step: whether it needs event time, and whether it works in its order.</summary>
internal sealed class ProcessPlan
{
    private readonly bool _needsTime;

    private ProcessPlan(bool needsTime, bool isInTimeOrder) => (_needsTime, IsInTimeOrder) = (needsTime, isInTimeOrder);

    public bool IsInTimeOrder { get; }

    public static ProcessPlan Of<TKey, T, TOut>(KeyedProcess<TKey, T, TOut> process, Node input)
        where TKey : notnull
        => new(NeedsTime(process), process.InTimeOrder && input.HasEventTime);

    public IEnumerable<string> Check(string step, Node input)
    {
        if (_needsTime && !input.HasEventTime)
            yield return $"Process '{step}' has state with a time to live, which needs event time. Add WithEventTime(...) before KeyBy.";
    }

    private static bool NeedsTime<TKey, T, TOut>(KeyedProcess<TKey, T, TOut> process)
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
