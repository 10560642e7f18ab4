namespace Dataflow.Log;

/// <summary>A record that waits until fewer bytes are pending. Key and value are the caller's, until <paramref name="Done"/>
/// completes.</summary>
internal readonly record struct WaitingAppend(
    int Partition,
    long Timestamp,
    ReadOnlyMemory<byte>? Key,
    ReadOnlyMemory<byte>? Value,
    ReadOnlyMemory<RecordHeader> Headers,
    Completion Done);
