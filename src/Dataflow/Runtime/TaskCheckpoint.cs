using System.Buffers.Binary;
using Dataflow.Checkpoints;

namespace Dataflow.Runtime;

/// <summary>One task's part of a checkpoint.</summary>
internal sealed class TaskCheckpoint(long epoch)
{
    internal const string Watermark = "watermark/"; // begins the keys of watermarks

    public long Epoch { get; } = epoch;

    public CheckpointOutput Output { get; } = new();

    public List<DeadLetter> DeadLetters { get; } = [];

    public List<SplitPosition> Positions { get; } = [];

    /// <summary>What steps keep besides keyed state, by a key of their choice.</summary>
    public Dictionary<string, byte[]> Blobs { get; } = [];

    /// <summary>For how long the task stood still.</summary>
    public TimeSpan Pause { get; set; }

    public List<(int Shard, Log.RecordBuffer Records)> Changes { get; } = [];

    public void Save(string key, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > 0) Blobs[key] = bytes.ToArray();
    }

    /// <summary>Keeps how far time had come at a step. The least of all tasks counts.</summary>
    public void SaveWatermark(string key, long watermark)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, watermark);
        Blobs[Watermark + key] = bytes;
    }

    /// <summary>Makes one of what several tasks keep under a key.</summary>
    public static byte[] Merge(string key, IReadOnlyList<byte[]> blobs)
        => key.StartsWith(Watermark, StringComparison.Ordinal)
            ? blobs.MinBy(static bytes => BinaryPrimitives.ReadInt64LittleEndian(bytes))!
            : blobs[0];
}
