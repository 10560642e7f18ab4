using System.ComponentModel;

namespace Dataflow.Operations;

/// <summary>The numbers that windows count.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class WindowCounters
{
    internal static readonly CounterDefinition Open = new("dataflow.window.open", "{window}", "Windows that are not closed.")
    {
        IsGauge = true, Role = CounterRole.WaitsForEventTime,
    };

    internal static readonly CounterDefinition EarlyResults = new("dataflow.window.results.early", "{result}", "Results of windows that were not over.");

    internal static readonly CounterDefinition LateResults =
        new("dataflow.window.results.late", "{result}", "Results of windows that were over, for records within the allowed lateness.");

    extension(StepStatus step)
    {
        /// <summary>Windows that are not closed: panes, where a step keeps windows of all keys together, else windows of single keys.</summary>
        public long OpenWindows => step.Total(Open);

        /// <summary>Results of windows that were not over.</summary>
        public long EarlyResults => step.Total(WindowCounters.EarlyResults);

        /// <summary>Results of windows that were over already, for records within the allowed lateness.</summary>
        public long LateResults => step.Total(WindowCounters.LateResults);
    }
}
