namespace Dataflow.State;

/// <summary>The shards of a run, and the worker of each. With all shards, the workers have equal slices of the key space.</summary>
/// <param name="owned">The shards of the run.</param>
/// <param name="workers">The number of workers.</param>
internal sealed class ShardMap(ShardSet owned, int workers)
{
    /// <summary>The place of shards that another process has.</summary>
    public const int Elsewhere = -2;

    private readonly int[] _workerOf = [.. Enumerable.Range(0, Shards.Count).Select(
        shard => owned.Contains(shard) ? owned.CountBelow(shard) * workers / owned.Count : Elsewhere)];

    public ShardSet Owned => owned;

    public int Workers => workers;

    /// <summary>Whether no other process has any of the shards.</summary>
    public bool IsWhole => owned == ShardSet.All;

    /// <summary>The worker of a shard, or <see cref="Elsewhere"/>.</summary>
    public int WorkerOf(int shard) => _workerOf[shard];

    /// <summary>The worker of the shard of a hash, or <see cref="Elsewhere"/>.</summary>
    public int WorkerOf(uint hash) => _workerOf[Shards.Of(hash)];

    /// <summary>The shards of a worker. A worker without any has the first of the run, for data without a key.</summary>
    public ShardSet Of(int worker)
    {
        var own = ShardSet.Of(owned.Where(shard => _workerOf[shard] == worker));
        return own.IsEmpty && !owned.IsEmpty ? ShardSet.Of(owned.First) : own;
    }

    /// <summary>The shard of a worker's data without a key.</summary>
    public int FirstOf(int worker) => Of(worker).First;
}
