using System.ComponentModel;

namespace Dataflow.Operations;

/// <summary>The counters of <c>Process</c> steps.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class ProcessCounters
{
    internal static readonly CounterDefinition DroppedTimers =
        new("dataflow.timer.dropped", "{timer}", "Timers that were dropped because the input had ended.");

    extension(StepStatus step)
    {
        /// <summary>The number of timers that were dropped because the input had ended.</summary>
        public long DroppedTimers => step.Total(ProcessCounters.DroppedTimers);
    }
}
