namespace Dataflow.Extensibility;

/// <summary>The description of a split by its source.</summary>
/// <param name="Name">Unique within the job: <c>flights[3]</c> or a file's name.</param>
/// <param name="End">The position at which the split ends, if that is known when the job first starts; it is kept with the checkpoints, so
/// that a restarted job ends at the same record. Null: only the reader knows, or there is no end.</param>
public sealed record SplitDescription(string Name, long? End = null);
