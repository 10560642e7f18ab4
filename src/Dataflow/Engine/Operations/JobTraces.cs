using System.Diagnostics;

namespace Dataflow.Operations;

/// <summary>The spans of jobs, from the source of activities <c>Dataflow</c>. Without a listener none is made.</summary>
internal static class JobTraces
{
    private static readonly ActivitySource s_source = new("Dataflow");

    /// <summary>Begins the span of the opening of a job.</summary>
    public static Activity? BeginRestore(string pipeline) => s_source.StartActivity("dataflow.restore")?.SetTag("pipeline", pipeline);

    /// <summary>Begins the span of a checkpoint, which belongs to no other.</summary>
    public static Activity? BeginCheckpoint(string pipeline, long number)
        => s_source.StartActivity("dataflow.checkpoint")?.SetTag("pipeline", pipeline).SetTag("checkpoint", number);

    /// <summary>Begins the span of the commit of a checkpoint.</summary>
    public static Activity? BeginCommit(Activity? checkpoint)
        => checkpoint is null ? null : s_source.StartActivity("dataflow.commit", ActivityKind.Internal, checkpoint.Context);

    /// <summary>Says that what the span stands for has failed; the text of an error may hold what nobody is to see.</summary>
    public static void Fail(this Activity? span, Exception error)
        => span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", error.GetType().FullName);
}
