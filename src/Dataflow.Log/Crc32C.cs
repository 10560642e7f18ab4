using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Dataflow.Log;

/// <summary>CRC-32C (Castagnoli), the checksum of Kafka's record batches, computed by hardware.</summary>
/// <remarks>The instruction takes three cycles but one can begin in each, so long inputs run as three lanes side by side. A lane's state is
/// joined to the next one's by <see cref="SkipLane"/>: the state after a lane of zeros, which is linear and so a table lookup for each of
/// its bytes.</remarks>
internal static class Crc32C
{
    private const int LaneBytes = 1024;
    private static readonly uint[] LaneOfZeros = MakeLaneOfZeros();

    /// <summary>Computes the checksum of the bytes.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Continue(~0u, bytes);

    /// <summary>Continues from a raw state: start with all ones, invert the last state.</summary>
    public static uint Continue(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 3 * LaneBytes && BitConverter.IsLittleEndian)
        {
            state = ContinueInLanes(state, bytes[..(3 * LaneBytes)]);
            bytes = bytes[(3 * LaneBytes)..];
        }
        return ContinueInOrder(state, bytes);
    }

    private static uint ContinueInLanes(uint state, ReadOnlySpan<byte> bytes)
    {
        var first = MemoryMarshal.Cast<byte, ulong>(bytes[..LaneBytes]);
        var second = MemoryMarshal.Cast<byte, ulong>(bytes.Slice(LaneBytes, LaneBytes))[..first.Length];
        var third = MemoryMarshal.Cast<byte, ulong>(bytes.Slice(2 * LaneBytes, LaneBytes))[..first.Length];
        var (secondState, thirdState) = (0u, 0u);
        for (var index = 0; index < first.Length; index++)
        {
            state = BitOperations.Crc32C(state, first[index]);
            secondState = BitOperations.Crc32C(secondState, second[index]);
            thirdState = BitOperations.Crc32C(thirdState, third[index]);
        }
        return SkipLane(SkipLane(state) ^ secondState) ^ thirdState;
    }

    private static uint ContinueInOrder(uint state, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }
        foreach (var part in bytes) state = BitOperations.Crc32C(state, part);
        return state;
    }

    private static uint SkipLane(uint state)
        => LaneOfZeros[state & 0xff] ^ LaneOfZeros[256 + ((state >> 8) & 0xff)]
            ^ LaneOfZeros[512 + ((state >> 16) & 0xff)] ^ LaneOfZeros[768 + (state >> 24)];

    private static uint[] MakeLaneOfZeros()
    {
        var zeros = new byte[LaneBytes];
        var table = new uint[4 * 256];
        for (var index = 0; index < table.Length; index++)
            table[index] = ContinueInOrder((uint)(index % 256) << (8 * (index / 256)), zeros);
        return table;
    }
}
