using System.Buffers;
using System.Globalization;
using Dataflow.Log.Journaling;

namespace Dataflow.Log.Segments;

/// <summary>Replays the journal into the segment files, and verifies the parts that the journal relies on.</summary>
internal sealed class SegmentReplay(IFileSystem files, SegmentFiles segmentFiles, bool syncs) : IDisposable
{
    private const int WindowBytes = 256 << 10;
    private const int MaxOpen = 256;

    private readonly Dictionary<Segment, Found> _found = [];
    private readonly List<(Partition Partition, Segment Segment, CommittedRun Run)> _references = [];
    private readonly Queue<Found> _open = [];
    private bool _syncsAll;

    /// <summary>Records what a checkpoint relies on: its segments up to their lengths.</summary>
    /// <param name="state">The state as the checkpoint describes it.</param>
    /// <param name="synced">False if it was written by a store that did not sync; then all segments are synced now.</param>
    public void Begin(LogState state, bool synced)
    {
        _syncsAll = !synced;
        foreach (var partition in state.Partitions)
        {
            foreach (var segment in partition.Segments) Find(segment).SafeBytes = segment.VisibleBytes;
        }
    }

    /// <summary>Appends a run that was committed after the checkpoint.</summary>
    public void Apply(in CommittedRun run, Partition partition, long time, ReadOnlySpan<byte> bytes)
    {
        var segment = partition.Active;
        if (segment?.BaseOffset != run.SegmentBase)
        {
            segment = Segment.Of(partition, segmentFiles, run.SegmentBase);
            partition.Add(segment);
        }
        if (run.BaseOffset != partition.EndOffset || run.Position != segment.VisibleBytes)
            throw new InvalidDataException(
                $"it appends offset {run.BaseOffset} at byte {run.Position} of {segment.Path}, which ends with offset "
                    + $"{partition.EndOffset} at byte {segment.VisibleBytes}");
        if (run.IsReference)
        {
            Find(segment).SafeBytes = run.Position + run.Bytes;
            _references.Add((partition, segment, run));
        }
        else
        {
            Find(segment).Write(bytes, run.Position);
        }
        segment.Appended(time);
        segment.Publish(run.Position + run.Bytes);
        partition.Publish(run.NextOffset);
    }

    public void Trim(Partition partition, long startOffset)
    {
        foreach (var dead in partition.Trim(startOffset))
        {
            if (_found.Remove(dead, out var found)) found.Dispose();
        }
    }

    /// <summary>Forgets the segments of a topic that was deleted.</summary>
    public void Delete(StoreTopic topic)
    {
        foreach (var segment in topic.Partitions.SelectMany(static partition => partition.Segments.ToArray()))
        {
            if (_found.Remove(segment, out var found)) found.Dispose();
        }
    }

    /// <summary>Checks every segment; then cuts them to length, syncs them and deletes segment files that belong to none, and those of
    /// deleted topics.</summary>
    /// <param name="state">The state after all entries.</param>
    /// <param name="lastSequence">The last entry's number.</param>
    /// <returns>The cut and deleted bytes.</returns>
    /// <exception cref="CorruptLogException">A segment is missing, too short, or different from the journal. Nothing was cut.</exception>
    public IReadOnlyList<RecoveryCut> Finish(LogState state, long lastSequence)
    {
        foreach (var partition in state.Partitions)
        {
            foreach (var segment in partition.Segments) Check(partition, segment);
        }
        foreach (var (partition, segment, run) in _references)
        {
            if (_found.ContainsKey(segment)) Verify(partition, segment, run);
        }
        var strays = Strays(state).ToList();
        var leftovers = new Leftovers(files, lastSequence);
        List<RecoveryCut> cuts =
        [
            .. TailsOf(state, leftovers),
            .. strays.Where(stray => !stray.IsTrimmed).Select(stray => leftovers.Describe(stray.Partition, stray.Path, position: 0)),
        ];
        foreach (var (segment, found) in _found) found.Settle(segment.VisibleBytes, syncs, _syncsAll);
        foreach (var (_, path, _) in strays) files.Delete(path);
        if (syncs) SyncDirectories(state, [.. strays.Select(stray => stray.Partition)]);
        DeleteGone(state);
        return cuts.FindAll(cut => cut.Bytes > 0);
    }

    public void Dispose()
    {
        foreach (var found in _found.Values) found.Dispose();
    }

    private IEnumerable<RecoveryCut> TailsOf(LogState state, Leftovers leftovers)
        => from partition in state.Partitions
           from segment in partition.Segments.ToArray()
           where _found[segment].Length > segment.VisibleBytes
           select leftovers.Describe(partition, segment.Path, segment.VisibleBytes);

    private Found Find(Segment segment)
    {
        if (!_found.TryGetValue(segment, out var found)) _found[segment] = found = new Found(this, files, segment.Path);
        return found;
    }

    /// <summary>Closes a file when too many are open.</summary>
    private void Opened(Found found)
    {
        _open.Enqueue(found);
        if (_open.Count > MaxOpen) _open.Dequeue().Close(syncs);
    }

    private void Check(Partition partition, Segment segment)
    {
        var found = Find(segment);
        if (!found.IsDamaged) return;
        throw CorruptLogException.Segment(partition.Topic, partition.Index, segment.Path, found.Length, segment.BaseOffset,
            found.Exists ? $"the file has {found.Length} bytes, {found.SafeBytes} were stored" : "the file is missing");
    }

    private void Verify(Partition partition, Segment segment, in CommittedRun run)
    {
        var window = ArrayPool<byte>.Shared.Rent(WindowBytes);
        var state = ~0u;
        for (var done = 0L; done < run.Bytes; done += WindowBytes)
        {
            var part = window.AsSpan(0, (int)Math.Min(WindowBytes, run.Bytes - done));
            var read = _found[segment].Read(part, run.Position + done);
            state = Crc32C.Continue(state, part[..read]);
        }
        ArrayPool<byte>.Shared.Return(window);
        if (~state != run.Checksum)
            throw CorruptLogException.Segment(partition.Topic, partition.Index, segment.Path, run.Position, run.BaseOffset,
                string.Create(CultureInfo.InvariantCulture, $"checksum of {run.Bytes} bytes is 0x{~state:x8}, stored 0x{run.Checksum:x8}"));
    }

    /// <summary>Finds segment files begun by a commit that never happened, or that a trim was about to delete.</summary>
    private IEnumerable<(Partition Partition, string Path, bool IsTrimmed)> Strays(LogState state)
    {
        foreach (var partition in Present(state))
        {
            var known = partition.Segments.ToArray().Select(segment => Path.GetFileName(segment.Path)).ToHashSet(StringComparer.Ordinal);
            foreach (var name in files.List(partition.Directory))
            {
                if (LogLayout.TryParseBaseOffset(name, out var baseOffset) && !known.Contains(name))
                    yield return (partition, Path.Combine(partition.Directory, name), baseOffset < partition.StartOffset);
            }
        }
    }

    /// <summary>Syncs the directories in which names were added or removed; the others are unchanged since the last checkpoint.</summary>
    private void SyncDirectories(LogState state, HashSet<Partition> changed)
    {
        foreach (var partition in Present(state))
        {
            var isReplayed = partition.Segments.ToArray().Any(segment => _found[segment].IsWritten);
            if (_syncsAll || isReplayed || changed.Contains(partition)) files.SyncDirectoryOrFail(partition.Directory);
        }
        if (_syncsAll || _found.Values.Any(found => found.IsWritten)) files.SyncDirectoryOrFail(state.TopicsDirectory);
    }

    /// <summary>Deletes what a crash has left of deleted topics, for good: the next checkpoint does not know them any more.</summary>
    private void DeleteGone(LogState state)
    {
        foreach (var partition in Present(state, state.Deleted.SelectMany(static topic => topic.Partitions)))
        {
            foreach (var name in files.List(partition.Directory).Where(static name => LogLayout.TryParseBaseOffset(name, out _)))
                files.Delete(Path.Combine(partition.Directory, name));
            if (syncs) files.SyncDirectoryOrFail(partition.Directory);
            files.DeleteDirectory(partition.Directory);
        }
        if (syncs && state.Deleted.Count > 0) files.SyncDirectoryOrFail(state.TopicsDirectory);
    }

    private IEnumerable<Partition> Present(LogState state) => Present(state, state.Partitions);

    private IEnumerable<Partition> Present(LogState state, IEnumerable<Partition> partitions)
    {
        var present = files.List(state.TopicsDirectory).ToHashSet(StringComparer.Ordinal);
        return partitions.Where(partition => present.Contains(Path.GetFileName(partition.Directory)));
    }

    /// <summary>A segment's file as the recovery found it; opened only if it is written or read.</summary>
    private sealed class Found : IDisposable
    {
        private readonly SegmentReplay _owner;
        private readonly IFileSystem _files;
        private readonly string _path;
        private IFile? _file;
        private bool _unsynced;

        public Found(SegmentReplay owner, IFileSystem files, string path)
        {
            (_owner, _files, _path) = (owner, files, path);
            Exists = files.Exists(path);
            if (!Exists) return;
            using var file = files.Open(path, FileMode.Open);
            Length = file.Length;
        }

        public bool Exists { get; }

        /// <summary>The length before the replay.</summary>
        public long Length { get; }

        /// <summary>The length of the part that the journal does not hold and therefore relies on.</summary>
        public long SafeBytes { get; set; }

        /// <summary>Whether the replay wrote to it.</summary>
        public bool IsWritten { get; private set; }

        public bool IsDamaged => Length < SafeBytes;

        /// <summary>Writes bytes from the journal; never into a damaged file, so that the damage stays visible.</summary>
        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            if (IsDamaged) return;
            _files.CreateDirectory(Path.GetDirectoryName(_path)!);
            Open().Write(bytes, position);
            IsWritten = _unsynced = true;
        }

        public int Read(Span<byte> buffer, long position) => Open().Read(buffer, position);

        /// <summary>Cuts uncommitted bytes, and makes the rest durable.</summary>
        public void Settle(long bytes, bool syncs, bool always)
        {
            if (Length > bytes) Open().SetLength(bytes);
            if (syncs && (always || Length > bytes)) Open();
            _unsynced |= always || Length > bytes;
            Close(syncs);
        }

        /// <summary>Makes the written bytes durable before the file is closed: a disk error may not be reported later.</summary>
        public void Close(bool syncs)
        {
            if (syncs && _unsynced) _file?.SyncOrFail();
            Dispose();
            _unsynced = false;
        }

        public void Dispose()
        {
            _file?.Dispose();
            _file = null;
        }

        private IFile Open()
        {
            if (_file is not null) return _file;
            _file = _files.Open(_path, FileMode.OpenOrCreate);
            _owner.Opened(this);
            return _file;
        }
    }
}
