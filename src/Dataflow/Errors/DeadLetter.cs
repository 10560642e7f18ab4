namespace Dataflow;

/// <summary>A record that a step could not process: its position and the reason, without its content.</summary>
/// <param name="Step">The name of the step that failed.</param>
/// <param name="Source">The split that the record was read from, such as <c>flights[3]</c>; empty where it is not known.</param>
/// <param name="Position">The record's position in the split; -1 where it is not known.</param>
/// <param name="Reason">The error's message, or why the step rejected the record.</param>
/// <param name="Time">The time of the failure, by the job's clock.</param>
public sealed record DeadLetter(string Step, string Source, long Position, string Reason, DateTimeOffset Time)
{
    /// <summary>Returns the name of the topic with a pipeline's dead letters.</summary>
    public static string TopicOf(string pipeline) => $"{pipeline}.dead-letters";
}
