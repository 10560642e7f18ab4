using System.Text;
using Dataflow.Log;

namespace Dataflow.State;

/// <summary>The fixed slices of the key space: the unit of keyed state, of restoring and of distribution over workers and
/// processes.</summary>
internal static class Shards
{
    /// <summary>The number of shards. Part of the format of changelogs and snapshots.</summary>
    public const int Count = 64;

    private const ulong Spread = 0x9E3779B97F4A7C15; // 2^64 / the golden ratio: consecutive numbers lie far apart

    public static int Of(uint hash) => (int)(hash >> 26);

    /// <summary>Makes a hash, never 0, that belongs to a given shard.</summary>
    public static uint HashIn(int shard, uint hash) => ((uint)shard << 26) | (hash & 0x03FFFFFF) | 1;

    /// <summary>The shard with which a split moves between processes; it depends on nothing but the split's name. Splits that are numbered
    /// at the end of their names, such as <c>orders[3]</c>, are spread evenly.</summary>
    public static int OfSplit(string name)
    {
        var end = name.AsSpan().TrimEnd(']');
        var start = end.TrimEnd("0123456789");
        var number = ulong.TryParse(end[start.Length..], out var parsed) ? parsed : 0;
        var hash = (ulong)KafkaPartitioner.Hash(Encoding.UTF8.GetBytes(start.ToString())) << 32;
        return (int)((hash + (number * Spread)) >> 58);
    }
}
