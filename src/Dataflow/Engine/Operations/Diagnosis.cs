using System.Globalization;
using Dataflow.Operations.Findings;
using Dataflow.Runtime;

namespace Dataflow.Operations;

/// <summary>The reasons why a job gives no results, or few, as found at one moment, the likeliest cause first.</summary>
public sealed class Diagnosis
{
    private Diagnosis(IReadOnlyList<Finding> findings) => Findings = findings;

    /// <summary>The findings; never empty: the last resort is <see cref="FindingKind.NothingFound"/>.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    /// <summary>The findings, one to a line.</summary>
    public override string ToString() => string.Join('\n', Findings.Select(static finding => finding.Text));

    internal static Diagnosis Of(JobRun job, JobStatus status)
    {
        var findings = new List<Finding>();
        if (status.State == JobState.Restarting)
            findings.Add(new(
                FindingKind.Restarts, "",
                $"The job met an error that may pass, and starts again from its last checkpoint. {status.LastError}".TrimEnd()));
        else if (status.State == JobState.Waiting)
            findings.Add(Waiting(job, status));
        else if (job.Completion.IsCompleted)
        {
            findings.Add(Endings.Of(job));
        }
        else
        {
            findings.AddRange(WhileRunning(job, status));
        }

        findings.AddRange(RecordFindings.WhereSomeAreLeftOut(status));
        if (findings.Count == 0)
            findings.Add(new(FindingKind.NothingFound, "", "Nothing stands in the way of results: records come in and go on."));
        return new(findings);
    }

    private static IEnumerable<Finding> WhileRunning(JobRun job, JobStatus status) =>
    [
        .. SpeedFindings.WhereStepsHang(status),
        .. new InputFindings(job, status).All(),
        .. RecordFindings.WhereAllAreLeftOut(job, status),
        .. new TimeFindings(job, status).All(),
        .. new SpeedFindings(job, status).All(),
    ];

    private static Finding Waiting(JobRun job, JobStatus status) => new(
        FindingKind.WaitsForShards, "", job.Plan.ReasonsNotToShareOn(job.Log) is [_, ..] reasons
            ? "Another process runs the pipeline, and this one waits to take over. Its work cannot be shared: "
                + $"{string.Join("; ", reasons)}.{Copied(status)}"
            : "Other processes have all shards of the pipeline, and this one waits for some.");

    private static string Copied(JobStatus status)
        => status.Copies.Count == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $" It has copies of {status.Copies.Count} shards, at most {status.Copies.Max(static copy => copy.Behind)} changes behind.");
}
