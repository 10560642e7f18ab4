using Dataflow.Log;

namespace Dataflow.Extensibility;

/// <summary>The surroundings of a source: the log of its job, and the clock.</summary>
/// <param name="Log">The log of the job.</param>
/// <param name="Time">The only clock.</param>
public sealed record SourceContext(LogStore Log, TimeProvider Time);
