using System.Buffers.Binary;

namespace Dataflow.Kafka;

/// <summary>The part of a checkpoint that tells a partition from another one of the same name.</summary>
/// <param name="Topic">The topic's identity.</param>
/// <param name="LeaderEpoch">The epoch of the leader that gave the last record; -1: not known. By it brokers find out whether the log was
/// cut and written anew before the position.</param>
internal readonly record struct ReadMark(TopicId Topic, int LeaderEpoch)
{
    private const int Size = 20;

    public static ReadMark? Of(ReadOnlySpan<byte> bytes) => bytes.Length != Size ? null : new(
        new TopicId(BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..])),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]));

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Topic.High);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), Topic.Low);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), LeaderEpoch);
        return bytes;
    }
}
