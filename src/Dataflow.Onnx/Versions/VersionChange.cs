namespace Dataflow.Onnx;

/// <summary>Where versions of a model changed.</summary>
/// <param name="Answers">The version that answers from there on.</param>
/// <param name="Tried">The one that is tried beside it; null: none.</param>
/// <param name="Checkpoint">The number of the checkpoint.</param>
/// <param name="Positions">The place in the log: for each split of the job's sources the position of the first record after the change.</param>
public sealed record VersionChange(string Answers, string? Tried, long Checkpoint, IReadOnlyDictionary<string, long> Positions);
