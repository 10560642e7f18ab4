namespace Dataflow.Operations;

/// <summary>The places that the state of a process came from when it started, or when its shards changed last: the number of shards from
/// each, and what was read of the log to complete them, while the process went on with others or before it began.</summary>
/// <param name="FromMemory">Shards that the process had before and still had in memory.</param>
/// <param name="FromCopies">Shards of which it had a copy in memory: see <see cref="JobOptions.Standbys"/>.</param>
/// <param name="FromImages">Shards of which it had an image on its disk: see <see cref="JobOptions.StateDirectory"/>.</param>
/// <param name="FromLog">Shards that were read from the log alone.</param>
/// <param name="LogRecords">The records of snapshots and changelogs that were read. A record may hold many changes.</param>
/// <param name="LogBytes">The bytes of these.</param>
public sealed record RestoreStatus(
    int FromMemory, int FromCopies, int FromImages, int FromLog, long LogRecords, long LogBytes);
