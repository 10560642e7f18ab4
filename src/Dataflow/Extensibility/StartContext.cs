using Dataflow.Log;

namespace Dataflow.Extensibility;

/// <summary>The context of a job that is about to start: the log that it will run on, and its plan.</summary>
/// <param name="Log">The log of the job.</param>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="Steps">All steps of the pipeline, from sources to sinks.</param>
public sealed record StartContext(PartitionedLog Log, string Pipeline, IReadOnlyList<Node> Steps);
