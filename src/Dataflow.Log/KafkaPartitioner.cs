using System.Buffers.Binary;

namespace Dataflow.Log;

/// <summary>Chooses the partition of a key as Kafka's producers do, so that both put a key in the same partition.</summary>
public static class KafkaPartitioner
{
    /// <summary>Returns the partition of a key: 32-bit Murmur2 with Kafka's seed, sign bit cleared, modulo the count.</summary>
    /// <param name="key">The serialized key.</param>
    /// <param name="partitions">The topic's number of partitions; at least 1.</param>
    public static int Partition(ReadOnlySpan<byte> key, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        return (int)((Hash(key) & 0x7fffffff) % (uint)partitions);
    }

    /// <summary>Computes the 32-bit Murmur2 hash of some bytes with Kafka's seed: the same in every run and on every machine.</summary>
    public static uint Hash(ReadOnlySpan<byte> key)
    {
        const uint multiplier = 0x5bd1e995;
        var hash = 0x9747b28c ^ (uint)key.Length;
        while (key.Length >= 4)
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(key) * multiplier;
            hash = (hash * multiplier) ^ ((word ^ (word >> 24)) * multiplier);
            key = key[4..];
        }
        if (key.Length >= 3) hash ^= (uint)key[2] << 16;
        if (key.Length >= 2) hash ^= (uint)key[1] << 8;
        if (key.Length >= 1) hash = (hash ^ key[0]) * multiplier;
        hash = (hash ^ (hash >> 13)) * multiplier;
        return hash ^ (hash >> 15);
    }
}
