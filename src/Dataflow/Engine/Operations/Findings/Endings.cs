using Dataflow.Runtime;

namespace Dataflow.Operations.Findings;

/// <summary>Describes how a job has ended.</summary>
internal static class Endings
{
    public static Finding Of(JobRun job) => new(FindingKind.Ended, "", job.State switch
    {
        JobState.Failed => $"The job has failed: {job.Completion.Exception!.InnerException!.Message}",
        JobState.Stopped => "The job was stopped with a checkpoint. Start the pipeline again to carry on.",
        JobState.Cancelled => $"The job was cancelled. What came after checkpoint {job.CommittedEpoch} will be done again.",
        _ => "The job has finished: all input is processed and every window closed.",
    });
}
