using System.ComponentModel;

namespace Dataflow.Operations;

/// <summary>The numbers that <c>Process</c> steps count.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ProcessCounters
{
    internal static readonly CounterDefinition DroppedTimers =
        new("dataflow.timer.dropped", "{timer}", "Timers that were dropped because the input had ended.");

    extension(StepStatus step)
    {
        /// <summary>Timers that were dropped because the input had ended.</summary>
        public long DroppedTimers => step.Total(ProcessCounters.DroppedTimers);
    }
}
