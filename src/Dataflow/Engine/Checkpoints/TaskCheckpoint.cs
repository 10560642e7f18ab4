namespace Dataflow.Checkpoints;

/// <summary>One task's part of a checkpoint.</summary>
/// <param name="epoch">The checkpoint's number.</param>
/// <param name="firstShard">The first shard of the task's worker.</param>
internal sealed class TaskCheckpoint(long epoch, int firstShard)
{
    internal const string Watermark = "watermark/"; // the prefix of watermarks' keys

    public long Epoch { get; } = epoch;

    public CheckpointOutput Output { get; } = new();

    public List<DeadLetter> DeadLetters { get; } = [];

    public List<SplitPosition> Positions { get; } = [];

    /// <summary>The bytes that steps save beside keyed state, each with the number of its step.</summary>
    public Dictionary<string, (int Step, byte[] Bytes)> Blobs { get; } = [];

    /// <summary>The time for which the task stood still.</summary>
    public TimeSpan Pause { get; set; }

    public List<(int Shard, Log.RecordBuffer Records)> Changes { get; } = [];

    /// <summary>Saves bytes of a step.</summary>
    /// <exception cref="CheckpointException">Another step of the same name saves some under the same key: a restart would mix
    /// them.</exception>
    public void Save(string key, int step, byte[] bytes)
    {
        if (Blobs.TryGetValue(key, out var other) && other.Step != step) throw CheckpointException.SavedByTwo(key);
        Blobs[key] = (step, bytes);
    }

    /// <summary>Saves the watermark of a step of this task: those of other workers may differ, where streams were idle and became active
    /// again.</summary>
    public void SaveWatermark(string key, int step, long watermark) => Save(Watermark + key, step, SavedTimes.Of(firstShard, watermark));

    /// <summary>Merges the bytes that several tasks save under a key.</summary>
    /// <exception cref="CheckpointException">They belong to two steps.</exception>
    public static byte[] Merge(string key, IReadOnlyList<(int Step, byte[] Bytes)> blobs)
    {
        if (blobs.Any(blob => blob.Step != blobs[0].Step)) throw CheckpointException.SavedByTwo(key);
        return key.StartsWith(Watermark, StringComparison.Ordinal)
            ? SavedTimes.Merge(blobs.Select(static blob => blob.Bytes)) : blobs[0].Bytes;
    }
}
