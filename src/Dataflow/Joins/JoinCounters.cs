using System.ComponentModel;

namespace Dataflow.Operations;

/// <summary>The number of records for which a join found no partner, for one reason.</summary>
/// <param name="Reason">The reason, such as <c>left without partner</c>.</param>
/// <param name="Count">The number of records since the job started.</param>
public sealed record UnmatchedReason(string Reason, long Count);

/// <summary>The counters of joins.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class JoinCounters
{
    extension(StepStatus step)
    {
        /// <summary>The records without a partner, by reason, for joins that know several.</summary>
        public IReadOnlyList<UnmatchedReason> UnmatchedReasons
            => [.. step.Counters.Where(static count => count.Definition == CounterDefinition.Unmatched && count.Tag is not null)
                .Select(static count => new UnmatchedReason(count.Tag!, count.Value))];
    }

    internal static (Counter Left, Counter Right) Declare(StepDeclaration declare)
        => (declare.Counter(CounterDefinition.Unmatched, "left without partner"),
            declare.Counter(CounterDefinition.Unmatched, "right without partner"));
}
