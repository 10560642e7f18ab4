using Dataflow.Log;

namespace Dataflow.Extensibility;

/// <summary>What a source may use of the job that reads it.</summary>
/// <param name="Log">The log of the job.</param>
/// <param name="Time">The only clock.</param>
public sealed record SourceContext(LogStore Log, TimeProvider Time);
