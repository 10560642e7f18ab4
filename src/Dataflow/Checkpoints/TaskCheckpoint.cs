namespace Dataflow.Checkpoints;

/// <summary>One task's part of a checkpoint.</summary>
/// <param name="epoch">The checkpoint's number.</param>
/// <param name="firstShard">The first of the task's worker.</param>
internal sealed class TaskCheckpoint(long epoch, int firstShard)
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

    /// <summary>Keeps how far time had come at a step of this task: those of others may be elsewhere, where streams have gone quiet
    /// and come back.</summary>
    public void SaveWatermark(string key, long watermark) => Blobs[Watermark + key] = SavedTimes.Of(firstShard, watermark);

    /// <summary>Makes one of what several tasks keep under a key.</summary>
    public static byte[] Merge(string key, IReadOnlyList<byte[]> blobs)
        => key.StartsWith(Watermark, StringComparison.Ordinal) ? SavedTimes.Merge(blobs) : blobs[0];
}
