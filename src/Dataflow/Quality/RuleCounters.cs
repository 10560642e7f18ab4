using System.ComponentModel;

namespace Dataflow.Operations;

/// <summary>How often a rule was broken since the job started.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Count">By how many records.</param>
public readonly record struct RuleCount(string Rule, long Count);

/// <summary>The numbers that <c>Check</c> counts.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RuleCounters
{
    internal static readonly CounterDefinition Broken = new("dataflow.rule.broken", "{record}", "Records that broke a rule of a check.") { Tag = "rule" };

    extension(StepStatus step)
    {
        /// <summary>How often records broke the rules of <c>Check</c>.</summary>
        public IReadOnlyList<RuleCount> RuleViolations
            => [.. step.Counters.Where(static count => count.Definition == Broken).Select(static count => new RuleCount(count.Tag!, count.Value))];
    }
}
