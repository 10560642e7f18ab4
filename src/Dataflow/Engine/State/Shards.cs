namespace Dataflow.State;

/// <summary>The fixed slices of the key space: the unit of keyed state, of restoring and of distribution over workers.</summary>
internal static class Shards
{
    /// <summary>The number of shards. Part of the format of changelogs and snapshots.</summary>
    public const int Count = 64;

    public static int Of(uint hash) => (int)(hash >> 26);

    public static int WorkerOf(int shard, int workers) => shard * workers / Count;

    /// <summary>Returns a worker's first shard, for data without a key.</summary>
    public static int FirstOf(int worker, int workers) => ((worker * Count) + workers - 1) / workers;

    /// <summary>Makes a hash, never 0, that belongs to a given shard.</summary>
    public static uint HashIn(int shard, uint hash) => ((uint)shard << 26) | (hash & 0x03FFFFFF) | 1;
}
