using System.ComponentModel;

namespace Dataflow.Operations;

/// <summary>The numbers that exchanges count in front of aggregates.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CombiningCounters
{
    internal static readonly CounterDefinition Combined =
        new("dataflow.exchange.records.combined", "{record}", "Records that an aggregate before an exchange saved it.");

    extension(StepStatus step)
    {
        /// <summary>Of an exchange: records that did not cross it because they are in an aggregate, with others, that did.</summary>
        public long Combined => step.Total(CombiningCounters.Combined);
    }
}
