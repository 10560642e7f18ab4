using System.ComponentModel;

namespace Dataflow.Operations;

/// <summary>The counters of windows.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class WindowCounters
{
    internal static readonly CounterDefinition Open = new("dataflow.window.open", "{window}", "Windows that are not closed.")
    {
        IsGauge = true, Role = CounterRole.WaitsForEventTime,
    };

    internal static readonly CounterDefinition EarlyResults = new(
        "dataflow.window.results.early", "{result}", "Results of windows that were not over.");

    internal static readonly CounterDefinition LateResults =
        new("dataflow.window.results.late", "{result}", "Results of windows that were over, for records within the allowed lateness.");

    extension(StepStatus step)
    {
        /// <summary>The number of open windows: panes, where a step keeps the windows of all keys together, else windows of single
        /// keys.</summary>
        public long OpenWindows => step.Total(Open);

        /// <summary>The number of results emitted before their window was over.</summary>
        public long EarlyResults => step.Total(WindowCounters.EarlyResults);

        /// <summary>The number of results emitted after their window was over, for records within the allowed lateness.</summary>
        public long LateResults => step.Total(WindowCounters.LateResults);
    }
}
