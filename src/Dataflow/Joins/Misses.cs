using System.ComponentModel;

namespace Dataflow;

/// <summary>Records for which a join found no partner, for one reason.</summary>
/// <param name="Reason">Such as <c>left without partner</c>.</param>
/// <param name="Count">How many, since the job started.</param>
public sealed record Miss(string Reason, long Count);

/// <summary>The numbers that joins count.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Misses
{
    extension(StepStatus step)
    {
        /// <summary>The misses by their reasons, for joins that know several.</summary>
        public IReadOnlyList<Miss> MissReasons
            => [.. step.Counters.Where(static count => count.Definition == CounterDefinition.Unmatched && count.Tag is not null)
                .Select(static count => new Miss(count.Tag!, count.Value))];
    }

    internal static (Counter Left, Counter Right) Declare(StepDeclaration declare)
        => (declare.Counter(CounterDefinition.Unmatched, "left without partner"), declare.Counter(CounterDefinition.Unmatched, "right without partner"));
}

/// <summary>The sides of a join whose records come out even without a partner.</summary>
[Flags]
internal enum Outer
{
    None = 0,
    Left = 1,
    Right = 2,
    Both = Left | Right,
}
