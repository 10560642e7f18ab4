using System.Buffers.Binary;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>The watermarks of a step on each worker when a checkpoint was taken.</summary>
/// <remarks><code>
/// offset  bytes  field, for each worker, in the order of their shards
///      0      4  first shard
///      4      8  watermark, ms since the Unix epoch
/// </code>Little-endian. A worker's shards go up to the next one's first.</remarks>
internal static class SavedTimes
{
    private const int Length = sizeof(int) + sizeof(long);

    public static byte[] Of(int firstShard, long watermark)
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, firstShard);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(sizeof(int)), watermark);
        return bytes;
    }

    public static byte[] Merge(IEnumerable<byte[]> ofWorkers)
        => [.. ofWorkers.OrderBy(static bytes => FirstShard(bytes)).SelectMany(static bytes => bytes)];

    /// <summary>Returns the watermarks of the workers that had some of the shards which a worker has now.</summary>
    public static IEnumerable<long> Of(ReadOnlyMemory<byte> saved, int worker, int workers)
    {
        var (from, to) = (Shards.FirstOf(worker, workers), Shards.FirstOf(worker + 1, workers));
        for (var at = 0; at < saved.Length; at += Length)
        {
            var next = at + Length < saved.Length ? FirstShard(saved.Span[(at + Length)..]) : Shards.Count;
            if ((at == 0 || FirstShard(saved.Span[at..]) < to) && next > from) yield return Watermark(saved.Span[at..]);
        }
    }

    /// <summary>Returns the watermarks of all workers.</summary>
    public static IEnumerable<long> OfAll(ReadOnlyMemory<byte> saved) => Of(saved, 0, workers: 1);

    private static int FirstShard(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32LittleEndian(bytes);

    private static long Watermark(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt64LittleEndian(bytes[sizeof(int)..]);
}
