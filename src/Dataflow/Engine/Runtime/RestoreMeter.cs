using Dataflow.Checkpoints;

namespace Dataflow.Runtime;

/// <summary>Counts where the shards of a run came from. Safe for any thread.</summary>
internal sealed class RestoreMeter
{
    private readonly int[] _shards = new int[Enum.GetValues<StatePlace>().Length];
    private long _records;
    private long _bytes;

    /// <summary>Counts a shard.</summary>
    /// <param name="place">The place that it was taken from.</param>
    /// <param name="records">The records of the log that were read to complete it.</param>
    /// <param name="bytes">The bytes of these.</param>
    public void Add(StatePlace place, long records, long bytes)
    {
        Interlocked.Increment(ref _shards[(int)place]);
        Interlocked.Add(ref _records, records);
        Interlocked.Add(ref _bytes, bytes);
    }

    public RestoreStatus ToStatus() => new(
        Of(StatePlace.Memory), Of(StatePlace.Copy), Of(StatePlace.Image), Of(StatePlace.Log), Volatile.Read(ref _records),
        Volatile.Read(ref _bytes));

    private int Of(StatePlace place) => Volatile.Read(ref _shards[(int)place]);
}
