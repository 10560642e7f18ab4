using Dataflow.Runtime;

namespace Dataflow.Operations.Findings;

/// <summary>Finds steps that drop records.</summary>
internal static class RecordFindings
{
    public static IEnumerable<Finding> WhereAllAreLeftOut(JobRun job, JobStatus status)
    {
        foreach (var step in status.Steps.Where(step => step is { In: > 0, Emitted: 0, InFlight: null or 0 }))
        {
            if (step.Filtered == step.In)
                yield return new(FindingKind.AllFiltered, step.Name, $"Step '{step.Name}' filters out all {step.In} records.");
            else if (step.Late == step.In)
                yield return new(FindingKind.AllLate, step.Name,
                    $"Step '{step.Name}': all {step.In} records are late, since the watermark is at {Moments.Of(step.WatermarkMs)}. Allow "
                        + "more "
                    + "maxOutOfOrderness in WithEventTime, or put a source that ends in order with OrderBy(...), and check that times are "
                    + "in "
                    + "milliseconds and in UTC.");
            else if (step.Unmatched == step.In)
                yield return new(FindingKind.AllUnmatched, step.Name,
                    $"Step '{step.Name}' finds no row for any of {step.In} records. Check that both sides have the same keys.");
            else if (step.DeadLetters == step.In)
                yield return new(FindingKind.AllFailed, step.Name,
                    $"Step '{step.Name}' fails on all {step.In} records; topic '{DeadLetter.TopicOf(job.Plan.Pipeline)}' says why.");
        }
    }

    public static IEnumerable<Finding> WhereSomeAreLeftOut(JobStatus status)
        => from step in status.Steps
           where step.Late + step.Unmatched + step.DeadLetters is > 0 and var left && left < step.In
           select new Finding(
               FindingKind.SomeAreLeftOut, step.Name,
               $"Step '{step.Name}' has left out {step.Late + step.Unmatched + step.DeadLetters} of {step.In} records: {step.Late} late, "
               + $"{step.Unmatched} without partner, {step.DeadLetters} dead letters.");
}

/// <summary>Formats moments for people.</summary>
internal static class Moments
{
    public static string Of(long? unixMs)
        => unixMs is not { } ms ? "no time yet"
            : ms == long.MaxValue ? "the end of time"
            : ms < DateTimeOffset.MinValue.ToUnixTimeMilliseconds() || ms > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? "no time yet"
            : $"{DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}Z";
}
