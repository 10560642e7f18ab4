using Dataflow.Runtime;

namespace Dataflow;

/// <summary>Why a job gives no results, or few: what was found at one moment, the likeliest cause first.</summary>
public sealed class Diagnosis
{
    private Diagnosis(IReadOnlyList<Finding> findings) => Findings = findings;

    /// <summary>What was found; never empty: the last resort is <see cref="FindingKind.NothingFound"/>.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    /// <summary>The findings, one to a line.</summary>
    public override string ToString() => string.Join('\n', Findings.Select(static finding => finding.Text));

    internal static Diagnosis Of(Job job)
    {
        var status = job.Status;
        job = job.Current;
        var findings = new List<Finding>();
        if (status.State == JobState.Restarting)
            findings.Add(new(FindingKind.Restarts, "", "The job met an error that may pass, and starts again from its last checkpoint."));
        else if (job.Completion.IsCompleted)
        {
            findings.Add(Endings.Of(job));
        }
        else
        {
            findings.AddRange(SpeedFindings.WhereStepsHang(status));
            findings.AddRange(new InputFindings(job, status).All());
            findings.AddRange(RecordFindings.WhereAllAreLeftOut(job, status));
            findings.AddRange(new TimeFindings(job, status).All());
            findings.AddRange(new SpeedFindings(job, status).All());
        }

        findings.AddRange(RecordFindings.WhereSomeAreLeftOut(status));
        if (findings.Count == 0)
            findings.Add(new(FindingKind.NothingFound, "", "Nothing stands in the way of results: records come in and go on."));
        return new(findings);
    }
}

/// <summary>A reason why there are no results, or why they are late.</summary>
/// <param name="Kind">What it is, for programs.</param>
/// <param name="Where">The name of the step, source, split or stage that it is about; empty where it is the job.</param>
/// <param name="Text">One or two sentences: where, what, and what follows or what to do.</param>
public sealed record Finding(FindingKind Kind, string Where, string Text);

/// <summary>Kinds of findings.</summary>
public enum FindingKind
{
    /// <summary>The job has ended.</summary>
    Ended,

    /// <summary>The job starts again after an error that may pass.</summary>
    Restarts,

    /// <summary>Streams wait until a table is read.</summary>
    TableIsLoading,

    /// <summary>A source has given no record.</summary>
    NoInput,

    /// <summary>No record of a source could be decoded.</summary>
    NothingDecodes,

    /// <summary>A condition lets no record pass.</summary>
    AllFiltered,

    /// <summary>All records come after their windows have closed.</summary>
    AllLate,

    /// <summary>A join finds a partner for no record.</summary>
    AllMissed,

    /// <summary>A step fails on every record.</summary>
    AllFailed,

    /// <summary>Windows are open and wait for event time to go on.</summary>
    WindowWaits,

    /// <summary>A split keeps event time from going on.</summary>
    SplitHoldsTimeBack,

    /// <summary>A split is not read, because it is ahead of others.</summary>
    SplitIsAhead,

    /// <summary>A step has not come back from a record, a timer or a call for long.</summary>
    StepHangs,

    /// <summary>A stage takes longer than those before it.</summary>
    StageIsSlow,

    /// <summary>A step has all the calls under way that it may have.</summary>
    WaitsForCalls,

    /// <summary>A checkpoint takes long.</summary>
    CheckpointIsSlow,

    /// <summary>Results are written and become visible with the next checkpoint.</summary>
    ResultsWaitForCheckpoint,

    /// <summary>Some records are late, missed or dead letters.</summary>
    SomeAreLeftOut,

    /// <summary>A split is quiet and no longer counts for event time.</summary>
    SplitIsIdle,

    /// <summary>Times that seem to be seconds were taken for milliseconds.</summary>
    TimesAreSeconds,

    /// <summary>Nothing of the kind.</summary>
    NothingFound,
}
