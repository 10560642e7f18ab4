using Dataflow.Log.Journaling;
using Dataflow.Log.Segments;

namespace Dataflow.Log;

/// <summary>Restores a log directory to its committed state: the newest checkpoint, then every entry after it.</summary>
/// <remarks>A torn end of the journal was never acknowledged and is dropped, and so are the segment bytes of its commit; the report names
/// both. Any other mismatch is damage: nothing is cut, the log does not open, and the error names the file and the position.</remarks>
internal sealed class Recovery(IFileSystem files, string directory, LogOptions options)
{
    private readonly LogState _state = new(LogLayout.Topics(directory), files);
    private readonly string _journalDirectory = LogLayout.Journal(directory);
    private long _lastSequence;
    private RecoveryReport _report = RecoveryReport.Nothing;

    /// <summary>Recovers the state and a journal whose first checkpoint is still to be written.</summary>
    public (LogState State, Journal Journal, RecoveryReport Report) Run()
    {
        CreateDirectories();
        List<long> generations = [.. Generations().OrderDescending()];
        var recovered = generations.Find(TryReplay);
        if (recovered == 0 && Leftovers.UnknownPartitions(files, _state.TopicsDirectory, _state).FirstOrDefault() is { } orphaned)
            throw CorruptLogException.JournalMissing(_journalDirectory, orphaned);

        var newest = generations.FirstOrDefault();
        var next = newest > recovered ? newest : newest + 1; // a newer file without an entry is the spare
        var unneeded = generations.Where(generation => generation != next && generation != recovered).Select(FileOf);
        return (_state, new Journal(files, _journalDirectory, options, _lastSequence, next, unneeded, recovered), _report);
    }

    private void CreateDirectories()
    {
        files.CreateDirectory(_journalDirectory);
        files.CreateDirectory(LogLayout.Topics(directory));
        if (options.Durability != Durability.PowerLoss) return;
        files.SyncDirectoryOrFail(directory);
        if (Path.GetDirectoryName(directory) is { } parent) files.SyncDirectoryOrFail(parent);
    }

    private IEnumerable<long> Generations()
    {
        foreach (var name in files.List(_journalDirectory))
        {
            if (LogLayout.TryParseGeneration(name, out var generation) && generation > 0) yield return generation;
        }
    }

    private string FileOf(long generation) => LogLayout.JournalFile(_journalDirectory, generation);

    /// <summary>Replays a file that begins with a checkpoint; false if it does not and holds nothing else either.</summary>
    private bool TryReplay(long generation)
    {
        var path = FileOf(generation);
        using var file = new JournalFile(files.Open(path, FileMode.Open), path, generation);
        using var scan = new JournalScan(file);
        if (!scan.TryRead())
        {
            scan.ThrowIfDamaged(missingSequence: 1);
            return false;
        }
        CheckBeginning(file, scan, path);

        using var replay = new SegmentReplay(files, _state.Files, options.Durability == Durability.PowerLoss);
        Replay(scan, replay, path, JournalFile.HeaderBytes);
        var firstSequence = _lastSequence;
        ReplayRest(scan, replay, path);
        if (Leftovers.UnknownPartitions(files, _state.TopicsDirectory, _state).FirstOrDefault() is { } unknown)
            throw CorruptLogException.TopicUnknown(unknown);
        if (options.Durability == Durability.PowerLoss) file.SyncOrFail(); // a killed process may not have; files go only then
        var cuts = replay.Finish(_state, _lastSequence);
        RecoveryCut[] torn = scan.TornBytes() is > 0 and var bytes ? [new RecoveryCut(path, scan.Position, bytes)] : [];
        _report = new RecoveryReport(generation, _lastSequence - firstSequence, [.. torn, .. cuts]);
        return true;
    }

    private void CheckBeginning(JournalFile file, JournalScan scan, string path)
    {
        if (!file.TryReadHeader(out var successor)) throw CorruptLogException.Journal(path, 0, "the header is damaged");
        if (scan.Entry.Kind != EntryKind.Checkpoint)
            throw CorruptLogException.Journal(
                path, JournalFile.HeaderBytes, $"the first entry is of kind {(int)scan.Entry.Kind}, not a checkpoint");
        if (successor != 0) throw CorruptLogException.SuccessorMissing(FileOf(successor), path);
    }

    /// <summary>Replays the entries behind the checkpoint, which follow each other without a gap.</summary>
    private void ReplayRest(JournalScan scan, SegmentReplay replay, string path)
    {
        var position = scan.Position;
        while (scan.TryRead())
        {
            if (scan.Entry.Sequence != _lastSequence + 1)
                throw CorruptLogException.Journal(
                    path, position, $"entry {scan.Entry.Sequence} stands where entry {_lastSequence + 1} belongs");
            Replay(scan, replay, path, position);
            position = scan.Position;
        }
        scan.ThrowIfDamaged(_lastSequence + 1);
    }

    private void Replay(JournalScan scan, SegmentReplay replay, string path, long position)
    {
        try
        {
            Apply(scan.Entry.Kind, scan.Payload, replay);
        }
        catch (InvalidDataException error)
        {
            throw CorruptLogException.Journal(path, position, $"entry {scan.Entry.Sequence} does not follow the format: {error.Message}");
        }
        _lastSequence = scan.Entry.Sequence;
    }

    private void Apply(EntryKind kind, ReadOnlySpan<byte> payload, SegmentReplay replay)
    {
        var entry = new EntryReader(payload);
        switch (kind)
        {
            case EntryKind.Checkpoint:
                replay.Begin(_state, synced: CheckpointEntry.ReadInto(_state, ref entry));
                break;
            case EntryKind.Commit:
                var time = entry.Int64();
                var runs = CommitEntry.ReadRuns(ref entry);
                GroupOffsets.ReadInto(_state, ref entry);
                foreach (var run in runs)
                    replay.Apply(
                        run, PartitionOf(run.TopicId, run.Partition), time, run.IsReference ? default : entry.Bytes((int)run.Bytes));
                break;
            case EntryKind.CreateTopic:
                _state.AddTopic(entry.Text(), entry.Int32(), SettingsEntry.Read(ref entry));
                break;
            case EntryKind.DeleteTopic:
                var deleted = TopicOf(entry.Int32());
                _state.Delete(deleted);
                replay.Delete(deleted);
                break;
            case EntryKind.Trim:
                for (var left = entry.Count(minBytes: 16); left > 0; left--)
                    replay.Trim(PartitionOf(entry.Int32(), entry.Int32()), entry.Int64());
                break;
            case EntryKind.ConfigureTopic:
                TopicOf(entry.Int32()).Settings = SettingsEntry.Read(ref entry);
                break;
            default:
                throw new InvalidDataException($"its kind is {(int)kind}");
        }
    }

    private StoreTopic TopicOf(int topicId)
        => (uint)topicId < (uint)_state.TopicsById.Count && _state.TopicsById[topicId] is { IsDeleted: false } topic
            ? topic : throw new InvalidDataException($"it names topic {topicId}, which does not exist");

    private Partition PartitionOf(int topicId, int partition)
        => TopicOf(topicId).Partitions is var partitions && (uint)partition < (uint)partitions.Count
            ? partitions[partition]
            : throw new InvalidDataException($"it names topic {topicId}, partition {partition}, which does not exist");
}
