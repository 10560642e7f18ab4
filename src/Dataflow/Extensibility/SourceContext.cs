using Dataflow.Log;

namespace Dataflow.Extensibility;

/// <summary>The context of a source: the log of its job, and the clock.</summary>
/// <param name="Log">The log of the job.</param>
/// <param name="Time">The job's clock; use no other.</param>
public sealed record SourceContext(PartitionedLog Log, TimeProvider Time);
