namespace Dataflow.Operations;

/// <summary>A copy of the state of a shard that another process has: see <see cref="JobOptions.Standbys"/>.</summary>
/// <param name="Shard">The number of the shard.</param>
/// <param name="Entries">The number of keyed values in the copy.</param>
/// <param name="Bytes">The memory that it takes.</param>
/// <param name="Behind">How many changes were committed that are not in it yet, as far as this process knows.</param>
public sealed record CopyStatus(int Shard, long Entries, long Bytes, long Behind);
