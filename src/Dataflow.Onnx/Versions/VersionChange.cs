namespace Dataflow.Onnx;

/// <summary>A change of a model's versions, with its place in the log.</summary>
/// <param name="Answers">The version that answers from there on.</param>
/// <param name="Tried">The version that is tried beside it; null: none.</param>
/// <param name="Checkpoint">The number of the checkpoint.</param>
/// <param name="Positions">The position of the first record after the change, for each split of the job's sources.</param>
public sealed record VersionChange(string Answers, string? Tried, long Checkpoint, IReadOnlyDictionary<string, long> Positions);
