using System.Buffers.Binary;
using System.Numerics;

namespace Dataflow.Log;

/// <summary>CRC-32C (Castagnoli), the checksum of Kafka's record batches; hardware computes it.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of the bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Continue(~0u, bytes);

    /// <summary>Goes on from a raw state: start with all ones, invert the last state.</summary>
    public static uint Continue(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (var part in bytes) state = BitOperations.Crc32C(state, part);
        return state;
    }
}
