namespace Dataflow.Log.Journaling;

/// <summary>Consecutive batches in one segment that were committed together.</summary>
/// <param name="TopicId">The topic.</param>
/// <param name="Partition">The partition.</param>
/// <param name="BaseOffset">The offset of the first record.</param>
/// <param name="NextOffset">The offset after the last record.</param>
/// <param name="SegmentBase">The base offset of the segment.</param>
/// <param name="Position">The position in the segment at which the batches begin.</param>
/// <param name="Bytes">The length of the batches.</param>
/// <param name="IsReference">Whether the bytes are only in the segment, synced before the entry was written.</param>
/// <param name="Checksum">CRC-32C of the bytes when they are a reference, else 0: the entry's own checksum covers them.</param>
internal readonly record struct CommittedRun(
    int TopicId, int Partition, long BaseOffset, long NextOffset, long SegmentBase, long Position, long Bytes, bool IsReference,
    uint Checksum);

/// <summary>The payload of a commit.</summary>
/// <remarks><code>
/// time           int64, ms since the Unix epoch by the log's clock
/// runs           int32 count, then per run: topic id int32, partition int32, base offset, next offset, segment base,
///                position, bytes (int64 each), reference int32, checksum uint32
/// group offsets  int32 count, then per offset: group text, topic id int32, partition int32, offset int64
/// inline bytes   of the runs that are no reference, in their order
/// </code>A text is its length in bytes as int32, then UTF-8. All integers little-endian.</remarks>
internal static class CommitEntry
{
    private const int RunBytes = (4 * 4) + (5 * 8);

    /// <summary>Returns the size in bytes of a payload without its inline bytes.</summary>
    public static int SizeOf(int runs, IEnumerable<KeyValuePair<GroupPosition, long>> offsets)
        => 16 + (runs * RunBytes) + offsets.Sum(offset => 20 + System.Text.Encoding.UTF8.GetByteCount(offset.Key.Group));

    public static void Write(
        EntryWriter entry, long time, IReadOnlyCollection<CommittedRun> runs,
        IReadOnlyCollection<KeyValuePair<GroupPosition, long>> offsets)
    {
        entry.Int64(time);
        entry.Int32(runs.Count);
        foreach (var run in runs)
        {
            entry.Int32(run.TopicId);
            entry.Int32(run.Partition);
            entry.Int64(run.BaseOffset);
            entry.Int64(run.NextOffset);
            entry.Int64(run.SegmentBase);
            entry.Int64(run.Position);
            entry.Int64(run.Bytes);
            entry.Int32(run.IsReference ? 1 : 0);
            entry.UInt32(run.Checksum);
        }
        GroupOffsets.Write(entry, offsets);
    }

    public static CommittedRun[] ReadRuns(ref EntryReader entry)
    {
        var runs = new CommittedRun[entry.Count(RunBytes)];
        for (var index = 0; index < runs.Length; index++)
        {
            runs[index] = new(
                entry.Int32(), entry.Int32(), entry.Int64(), entry.Int64(), entry.Int64(), entry.Int64(), entry.Int64(), entry.Int32() != 0,
                entry.UInt32());
        }
        return runs;
    }
}

/// <summary>Group offsets within commits and checkpoints.</summary>
internal static class GroupOffsets
{
    public static void Write(EntryWriter entry, IReadOnlyCollection<KeyValuePair<GroupPosition, long>> offsets)
    {
        entry.Int32(offsets.Count);
        foreach (var (position, offset) in offsets)
        {
            entry.Text(position.Group);
            entry.Int32(position.TopicId);
            entry.Int32(position.Partition);
            entry.Int64(offset);
        }
    }

    public static void ReadInto(LogState state, ref EntryReader entry)
    {
        for (var left = entry.Count(minBytes: 20); left > 0; left--)
            state.GroupOffsets[new(entry.Text(), entry.Int32(), entry.Int32())] = entry.Int64();
    }
}
