using System.ComponentModel;

namespace Dataflow.Operations;

/// <summary>The counters of <c>Match</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MatchCounters
{
    internal static readonly CounterDefinition Dropped =
        new("dataflow.match.dropped", "{search}", "Searches for a pattern that were given up because too many were open.");

    extension(StepStatus step)
    {
        /// <summary>The number of searches of <c>Match</c> that were dropped because too many were open.</summary>
        public long DroppedMatches => step.Total(Dropped);
    }
}
