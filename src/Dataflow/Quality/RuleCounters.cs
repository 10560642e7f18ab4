using System.ComponentModel;

namespace Dataflow.Operations;

/// <summary>The number of violations of a rule since the job started.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Count">The number of records that broke the rule.</param>
public readonly record struct RuleCount(string Rule, long Count);

/// <summary>The counters of <c>Check</c>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RuleCounters
{
    internal static readonly CounterDefinition Broken =
        new("dataflow.rule.broken", "{record}", "Records that broke a rule of a check.") { Tag = "rule" };

    extension(StepStatus step)
    {
        /// <summary>The violations of each rule of <c>Check</c>.</summary>
        public IReadOnlyList<RuleCount> RuleViolations
            => [.. step.Counters.Where(static count => count.Definition == Broken)
                .Select(static count => new RuleCount(count.Tag!, count.Value))];
    }
}
