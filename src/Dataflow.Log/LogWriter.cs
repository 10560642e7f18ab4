using Dataflow.Log.Journaling;
using Dataflow.Log.Segments;

namespace Dataflow.Log;

/// <summary>The steps of a commit, in the order that keeps the durability promise. Only the committer calls it.</summary>
/// <remarks>A commit: assign offsets; reserve room in the journal; write the segments, unsynced (a full disk shows here, while everything
/// can still be undone); sync those that the journal will only reference; write the journal entry; sync it; make it visible to readers.
/// Without a journal (<see cref="Durability.Memory"/>) only the first and last steps remain.</remarks>
internal sealed class LogWriter(LogState state, IFileSystem files, Journal? journal, LogOptions options, string directory) : IDisposable
{
    /// <summary>The size from which on a run is written to its segment alone, which costs a sync of that file instead of a second
    /// write.</summary>
    private const int ReferenceBytes = 512 << 10;

    private readonly EntryWriter _entry = new();
    private readonly EntryWriter _checkpoint = new();
    private readonly SegmentWriter _segments = new(files, state.Files, options.Durability == Durability.PowerLoss);
    private bool _writtenSinceCheckpoint;

    /// <summary>Executes all commits, or none.</summary>
    /// <exception cref="LogFullException">The disk is full; nothing happened.</exception>
    public void Commit(IReadOnlyList<LogCommit> commits)
    {
        var group = new CommitGroup(commits, state, options.SegmentBytes, Now);
        if (group.IsEmpty) return;
        try
        {
            WriteGroup(group);
        }
        catch (IOException error) when (DiskErrors.IsDiskFull(error))
        {
            _segments.Undo(group.Runs);
            throw LogFullException.Of(directory, error);
        }
        journal?.Sync();
        Publish(group);
        foreach (var run in group.Runs)
        {
            if (run.Position == 0) RetainIfThereIsRoom([run.Partition]); // a segment was closed
        }
    }

    /// <summary>Creates a topic unless it exists with the same number of partitions.</summary>
    /// <exception cref="LogException">The number differs, the name differs in case only, or the disk is full.</exception>
    public void CreateTopic(string name, int partitions, TopicSettings settings)
    {
        if (state.Topics.TryGetValue(name, out var existing))
        {
            if (existing.PartitionCount == partitions) return;
            throw LogException.PartitionCountDiffers(name, existing.PartitionCount, partitions);
        }
        var similar = state.Topics.Keys.FirstOrDefault(topic => topic.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (similar is not null) throw LogException.TopicNameDiffersInCase(name, similar);
        PartFrom(name);
        Record(EntryKind.CreateTopic, entry =>
        {
            entry.Text(name);
            entry.Int32(partitions);
            SettingsEntry.Write(entry, settings);
        });
        state.AddTopic(name, partitions, settings);
    }

    /// <summary>Replaces a topic's settings, at once.</summary>
    /// <exception cref="LogException">It was deleted, or the disk is full.</exception>
    public void ConfigureTopic(StoreTopic topic, TopicSettings settings)
    {
        Check(topic);
        Record(EntryKind.ConfigureTopic, entry =>
        {
            entry.Int32(topic.Id);
            SettingsEntry.Write(entry, settings);
        });
        topic.Settings = settings;
        RetainIfThereIsRoom(topic.Partitions);
    }

    /// <summary>Deletes a topic: it is gone once the journal says so, and its files right after; those that cannot be deleted then
    /// go before the next checkpoint, or when the log is opened again.</summary>
    /// <exception cref="LogException">It was deleted before, or the disk is full.</exception>
    public void DeleteTopic(StoreTopic topic)
    {
        Check(topic);
        Record(EntryKind.DeleteTopic, entry => entry.Int32(topic.Id));
        state.Delete(topic);
        foreach (var partition in topic.Partitions) _segments.Delete(partition);
        if (journal is null) state.ForgetDeleted(); // no recovery will ask
    }

    /// <summary>Returns the name of a topic of a commit that was deleted while the commit waited; null: none was.</summary>
    public string? DeletedTopicOf(LogCommit commit)
    {
        foreach (var append in commit.Appends)
        {
            if (((StoreTopic)append.Topic).IsDeleted) return append.Topic.Name;
        }
        foreach (var offset in commit.Offsets)
        {
            if (!state.Topics.TryGetValue(offset.Topic, out var topic) || offset.Partition >= topic.PartitionCount) return offset.Topic;
        }
        return null;
    }

    /// <summary>Deletes records beyond the topics' retention.</summary>
    /// <exception cref="LogFullException">The disk is full.</exception>
    public void Retain() => Retain(state.Partitions);

    /// <summary>Moves a partition's start up and deletes the segments that are entirely below it.</summary>
    /// <exception cref="LogException">The offset is beyond the partition's end, the topic was deleted, or the disk is full.</exception>
    public void Trim(Partition partition, long startOffset)
    {
        if (partition.IsDeleted) throw LogException.TopicDeleted(partition.Topic);
        if (startOffset <= partition.StartOffset) return;
        if (startOffset > partition.EndOffset)
            throw OffsetOutOfRangeException.Of(partition.Topic, partition.Index, startOffset, partition.StartOffset, partition.EndOffset);
        Trim([(partition, startOffset)]);
    }

    /// <summary>Syncs the segments and begins a journal file, so that a recovery need not replay what came before.</summary>
    public void Checkpoint()
    {
        if (journal is null) return;
        _segments.DeleteLeft();
        _segments.SyncAll();
        _checkpoint.Clear();
        CheckpointEntry.Write(_checkpoint, state, synced: options.Durability == Durability.PowerLoss);
        journal.Roll(_checkpoint);
        state.ForgetDeleted();
        _writtenSinceCheckpoint = false;
    }

    /// <summary>Wakes the waiting readers, so that they see the failure.</summary>
    public void StopReaders()
    {
        foreach (var partition in state.Partitions) partition.Close();
    }

    /// <summary>Writes a last checkpoint, so that the next open has nothing to replay; without room for it, or with files of deleted topics
    /// left, the next open replays.</summary>
    /// <returns>Whether the checkpoint was written.</returns>
    public bool Close()
    {
        try
        {
            _segments.DeleteLeft();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        try
        {
            if (_writtenSinceCheckpoint) Checkpoint();
            return true;
        }
        catch (IOException error) when (DiskErrors.IsDiskFull(error))
        {
            return false;
        }
    }

    public void Dispose()
    {
        StopReaders();
        _segments.Dispose();
        state.Files.Dispose();
        journal?.Dispose();
    }

    private long Now => options.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <exception cref="LogException">The topic was deleted.</exception>
    private static void Check(StoreTopic topic)
    {
        if (topic.IsDeleted) throw LogException.TopicDeleted(topic.Name);
    }

    /// <summary>Writes a checkpoint where a topic of a name was just deleted, so that no recovery meets files of two topics in one
    /// directory.</summary>
    /// <exception cref="LogFullException">The disk is full.</exception>
    private void PartFrom(string name)
    {
        if (!state.Deleted.Any(topic => topic.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) return;
        try
        {
            Checkpoint();
        }
        catch (IOException error) when (DiskErrors.IsDiskFull(error))
        {
            throw LogFullException.Of(directory, error);
        }
    }

    private void Retain(IEnumerable<Partition> partitions)
    {
        var now = Now;
        Trim([.. from partition in partitions
                 let start = Retention.StartOf(partition, state.TopicsById[partition.TopicId].Settings, now)
                 where start > partition.StartOffset
                 select (partition, start)]);
    }

    private void RetainIfThereIsRoom(IEnumerable<Partition> partitions)
    {
        try
        {
            Retain(partitions);
        }
        catch (LogFullException)
        {
            // The caller's operation has happened; the next one tries again.
        }
    }

    private void Trim(IReadOnlyList<(Partition Partition, long StartOffset)> trims)
    {
        if (trims.Count == 0) return;
        Record(EntryKind.Trim, entry =>
        {
            entry.Int32(trims.Count);
            foreach (var (partition, startOffset) in trims)
            {
                entry.Int32(partition.TopicId);
                entry.Int32(partition.Index);
                entry.Int64(startOffset);
            }
        });
        foreach (var dead in trims.SelectMany(trim => trim.Partition.Trim(trim.StartOffset))) _segments.Delete(dead);
    }

    private void WriteGroup(CommitGroup group)
    {
        var inlineBytes = 0L;
        foreach (var run in group.Runs)
        {
            run.IsReference = journal is null || run.Bytes >= ReferenceBytes || inlineBytes + run.Bytes > options.JournalFileBytes / 2;
            if (!run.IsReference) inlineBytes += run.Bytes;
        }
        MakeRoom(CommitEntry.SizeOf(group.Runs.Count, group.Offsets) + (int)inlineBytes, keepsRoom: true);
        var epoch = BatchHeader.EpochOf(journal?.NextSequence ?? 0);
        foreach (var run in group.Runs)
        {
            run.SetEpoch(epoch);
            _segments.Open(run);
        }
        var references = group.Runs.Where(run => run.IsReference).ToList();
        foreach (var run in references) WriteReference(run);
        if (journal is null) return;
        foreach (var run in references) _segments.Sync(run.Segment!); // after all writes, so that the disk works on them together
        _entry.Clear();
        CommitEntry.Write(_entry, group.Time, [.. group.Runs.Select(Describe)], group.Offsets);
        foreach (var run in group.Runs)
        {
            if (!run.IsReference) WriteInline(run);
        }
        Append(EntryKind.Commit);
    }

    private void WriteReference(Run run)
    {
        var state = ~0u;
        var position = run.Position;
        foreach (var batch in run.Batches)
        {
            _segments.Write(run.Segment!, batch.Bytes, position);
            if (journal is not null) state = Crc32C.Continue(state, batch.Bytes);
            position += batch.Length;
        }
        run.Checksum = ~state;
    }

    private void WriteInline(Run run)
    {
        var start = _entry.Length;
        foreach (var batch in run.Batches) _entry.Bytes(batch.Bytes);
        _segments.Write(run.Segment!, _entry.Slice(start, (int)run.Bytes), run.Position);
    }

    private void Publish(CommitGroup group)
    {
        foreach (var run in group.Runs)
        {
            var creates = run.CreatesSegment;
            run.Segment!.Appended(group.Time);
            run.Segment.Publish(run.Position + run.Bytes);
            if (creates) run.Partition.Add(run.Segment); // after the previous one is complete
            run.Partition.Publish(run.NextOffset);
        }
        foreach (var (position, offset) in group.Offsets) state.GroupOffsets[position] = offset;
    }

    private void Record(EntryKind kind, Action<EntryWriter> write)
    {
        if (journal is null) return;
        _entry.Clear();
        write(_entry);
        try
        {
            MakeRoom(_entry.PayloadBytes, keepsRoom: false); // so that a trim still finds room on a full disk
            Append(kind);
        }
        catch (IOException error) when (DiskErrors.IsDiskFull(error))
        {
            throw LogFullException.Of(directory, error);
        }
        journal.Sync();
    }

    private void MakeRoom(int payloadBytes, bool keepsRoom)
    {
        if (journal is null) return;
        if (!journal.HasRoomFor(payloadBytes) && _writtenSinceCheckpoint) Checkpoint();
        journal.Reserve(payloadBytes, keepsRoom);
    }

    private void Append(EntryKind kind)
    {
        _writtenSinceCheckpoint = true;
        journal!.Append(kind, _entry);
    }

    private static CommittedRun Describe(Run run)
        => new(run.Partition.TopicId, run.Partition.Index, run.BaseOffset, run.NextOffset, run.SegmentBase, run.Position, run.Bytes,
            run.IsReference, run.IsReference ? run.Checksum : 0);
}
