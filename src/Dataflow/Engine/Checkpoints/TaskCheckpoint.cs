using System.Buffers.Binary;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>One task's part of a checkpoint.</summary>
/// <param name="epoch">The checkpoint's number.</param>
/// <param name="shards">The shards of the task's worker.</param>
internal sealed class TaskCheckpoint(long epoch, ShardSet shards)
{
    internal const string Watermark = "watermark/"; // the prefix of watermarks' keys

    public long Epoch { get; } = epoch;

    public CheckpointOutput Output { get; } = new();

    public List<DeadLetter> DeadLetters { get; } = [];

    public List<SplitPosition> Positions { get; } = [];

    /// <summary>The bytes that steps save beside keyed state, each with the number of its step. Under one key there may be some of several
    /// sets of shards.</summary>
    public Dictionary<(string Key, ulong Shards), (int Step, SavedPart Part)> Blobs { get; } = [];

    /// <summary>The time for which the task stood still.</summary>
    public TimeSpan Pause { get; set; }

    public List<(int Shard, Log.RecordBuffer Records)> Changes { get; } = [];

    /// <summary>Saves bytes of a step.</summary>
    /// <param name="key">The key under which they are found again.</param>
    /// <param name="step">The step's number.</param>
    /// <param name="bytes">The bytes.</param>
    /// <param name="of">The shards that they belong to; null: those of the task's worker.</param>
    /// <exception cref="CheckpointException">Another step of the same name saves some under the same key: a restart would mix
    /// them.</exception>
    public void Save(string key, int step, byte[] bytes, ShardSet? of = null)
    {
        var part = new SavedPart((of ?? shards).Bits, bytes);
        if (Blobs.TryGetValue((key, part.Shards), out var other) && other.Step != step) throw CheckpointException.SavedByTwo(key);
        Blobs[(key, part.Shards)] = (step, part);
    }

    /// <summary>Saves the watermark of a step of this task: those of other workers may differ, where streams were idle and became active
    /// again.</summary>
    public void SaveWatermark(string key, int step, long watermark, ShardSet? of = null)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, watermark);
        Save(Watermark + key, step, bytes, of);
    }

    /// <summary>Collects what several tasks save under a key.</summary>
    /// <exception cref="CheckpointException">It belongs to two steps.</exception>
    public static SavedPart[] Merge(string key, IReadOnlyList<(int Step, SavedPart Part)> blobs)
        => blobs.All(blob => blob.Step == blobs[0].Step)
            ? [.. blobs.Select(static blob => blob.Part)] : throw CheckpointException.SavedByTwo(key);
}
