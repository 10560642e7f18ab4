using System.ComponentModel;

namespace Dataflow.Operations;

/// <summary>The numbers that <c>Match</c> counts.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MatchCounters
{
    internal static readonly CounterDefinition Dropped =
        new("dataflow.match.dropped", "{search}", "Searches for a pattern that were given up because too many were open.");

    extension(StepStatus step)
    {
        /// <summary>Searches of <c>Match</c> that were given up because too many were open.</summary>
        public long DroppedMatches => step.Total(Dropped);
    }
}
