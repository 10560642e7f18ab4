using Dataflow.Log.Segments;

namespace Dataflow.Log.Journaling;

/// <summary>The payload of a checkpoint: the whole state.</summary>
/// <remarks><code>
/// synced         int32 1: its segments survive a power loss; 0: only the process
/// topics         int32 count, then per topic in order of id: name text (empty, and no partitions: it was deleted, its id stays
///                taken), settings, partitions int32, then per partition:
///                start offset int64, end offset int64, segments int32, then per segment: base offset, bytes, first and last
///                append in ms since the Unix epoch (int64 each)
/// group offsets  as in a commit
/// </code>A text is its length in bytes as int32, then UTF-8. All integers little-endian.</remarks>
internal static class CheckpointEntry
{
    public static void Write(EntryWriter entry, LogState state, bool synced)
    {
        entry.Int32(synced ? 1 : 0);
        entry.Int32(state.TopicsById.Count);
        foreach (var topic in state.TopicsById)
        {
            IReadOnlyList<Partition> partitions = topic.IsDeleted ? [] : topic.Partitions;
            entry.Text(topic.IsDeleted ? "" : topic.Name);
            SettingsEntry.Write(entry, topic.Settings);
            entry.Int32(partitions.Count);
            foreach (var partition in partitions) Write(entry, partition);
        }
        GroupOffsets.Write(entry, [.. state.GroupOffsets.OrderBy(offset => offset.Key)]); // the same state gives the same bytes
    }

    /// <summary>Reads a checkpoint into an empty state; does not look at the files.</summary>
    /// <returns>Whether the segments survive a power loss.</returns>
    public static bool ReadInto(LogState state, ref EntryReader entry)
    {
        var synced = entry.Int32() != 0;
        for (var left = entry.Count(minBytes: 8 + SettingsEntry.Bytes); left > 0; left--)
        {
            var (name, settings, partitions) = (entry.Text(), SettingsEntry.Read(ref entry), entry.Count(minBytes: 20));
            if (name.Length == 0) state.SkipId();
            else foreach (var partition in state.AddTopic(name, partitions, settings).Partitions) Read(partition, state.Files, ref entry);
        }
        GroupOffsets.ReadInto(state, ref entry);
        return synced;
    }

    private static void Write(EntryWriter entry, Partition partition)
    {
        entry.Int64(partition.StartOffset);
        entry.Int64(partition.EndOffset);
        entry.Int32(partition.Segments.Length);
        foreach (var segment in partition.Segments)
        {
            entry.Int64(segment.BaseOffset);
            entry.Int64(segment.VisibleBytes);
            entry.Int64(segment.FirstAppend);
            entry.Int64(segment.LastAppend);
        }
    }

    private static void Read(Partition partition, SegmentFiles files, ref EntryReader entry)
    {
        var (start, end) = (entry.Int64(), entry.Int64());
        for (var left = entry.Count(minBytes: 32); left > 0; left--)
        {
            var segment = Segment.Of(partition, files, entry.Int64());
            segment.Publish(entry.Int64());
            segment.Appended(entry.Int64());
            segment.Appended(entry.Int64());
            partition.Add(segment);
        }
        partition.Publish(end);
        partition.Trim(start);
    }
}
