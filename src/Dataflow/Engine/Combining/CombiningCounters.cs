using System.ComponentModel;

namespace Dataflow.Operations;

/// <summary>The counters of exchanges before aggregates.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CombiningCounters
{
    internal static readonly CounterDefinition Combined =
        new("dataflow.exchange.records.combined", "{record}", "Records that an aggregate before an exchange saved it.");

    extension(StepStatus step)
    {
        /// <summary>The number of records that did not cross an exchange themselves, because they were pre-aggregated with
        /// others.</summary>
        public long Combined => step.Total(CombiningCounters.Combined);
    }
}
