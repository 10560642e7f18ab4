using Dataflow.State;

namespace Dataflow.Processing;

/// <summary>The declarations of a <c>Process</c> step: its states, and whether it goes by the order of time.</summary>
internal sealed class ProcessPlan<TKey, T>
    where TKey : notnull
{
    private readonly ProcessStates<TKey, T> _states = new(null);
    private readonly Node _input;

    private ProcessPlan(Node input, bool isInTimeOrder) => (_input, IsInTimeOrder) = (input, isInTimeOrder);

    public bool IsInTimeOrder { get; }

    public string Signature => _states.Signature + (IsInTimeOrder ? $"; waiting: {StateCodec<T>.Signature}" : "");

    public static ProcessPlan<TKey, T> Of<TOut>(KeyedProcess<TKey, T, TOut> process, Node input)
    {
        var plan = new ProcessPlan<TKey, T>(input, process.InTimeOrder && EventTime.IsGivenBefore(input));
        process.Open(plan._states);
        return plan;
    }

    public IEnumerable<string> Check(string step) => _states.Check(step, _input);
}
