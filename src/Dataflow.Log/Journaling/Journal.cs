namespace Dataflow.Log.Journaling;

/// <summary>The sequence of files that makes commits durable and atomic, for all partitions.</summary>
/// <remarks>Two files take turns. When the current one is full, the previous one is renamed to be the next, which needs no new space, and
/// begins with a checkpoint. Only the committer calls it.</remarks>
internal sealed class Journal : IDisposable
{
    private const int KeptBytes = 64 << 10; // zero-filled and reserved for small entries

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly int _fileBytes;
    private readonly bool _syncs;
    private readonly long _recovered;
    private readonly List<string> _retired; // files whose entries a later checkpoint covers
    private JournalFile? _current;
    private JournalFile? _spare; // created, but without its checkpoint yet
    private long _position;
    private long _rollAt;
    private long _sequence;
    private long _syncedSequence;

    /// <summary>Continues after a recovery, or begins. Nothing is written before <see cref="Roll"/>.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The journal's directory.</param>
    /// <param name="options">Sizes and the durability promise.</param>
    /// <param name="lastSequence">The number of the last recovered entry.</param>
    /// <param name="generation">The generation of the file to begin; an existing file holds no entry of that generation.</param>
    /// <param name="unneeded">The files that may be reused at once.</param>
    /// <param name="recovered">The file that was recovered from, not needed once the first checkpoint is written; 0: there was
    /// none.</param>
    public Journal(
        IFileSystem files, string directory, LogOptions options, long lastSequence, long generation, IEnumerable<string> unneeded,
        long recovered)
    {
        _files = files;
        _directory = directory;
        _fileBytes = options.JournalFileBytes;
        _syncs = options.Durability == Durability.PowerLoss;
        _sequence = _syncedSequence = lastSequence;
        _retired = [.. unneeded];
        _recovered = recovered;
        _spare = files.Exists(LogLayout.JournalFile(directory, generation)) ? Create(generation) : Recycle(generation);
    }

    /// <summary>The number of the entry that is written next.</summary>
    public long NextSequence => _sequence + 1;

    /// <summary>Whether an entry may still go into the current file.</summary>
    public bool HasRoomFor(int payloadBytes) => _position + JournalEntry.Aligned(payloadBytes) <= _rollAt;

    /// <summary>Ensures that an entry of that size will not meet a full disk, nor, if wanted, a small one after it.</summary>
    public void Reserve(int payloadBytes, bool keepsRoom)
    {
        var end = _position + JournalEntry.Aligned(payloadBytes);
        _current!.ZeroAheadTo(keepsRoom ? Math.Max(end, Math.Min(end + KeptBytes, _rollAt)) : end, _rollAt);
    }

    /// <summary>Writes an entry. It counts once <see cref="Sync"/> has returned.</summary>
    public void Append(EntryKind kind, EntryWriter entry)
    {
        Reserve(entry.PayloadBytes, keepsRoom: false);
        _position += Write(_current!, kind, entry, _position);
    }

    /// <summary>Makes all entries durable, as far as the log promises.</summary>
    public void Sync()
    {
        if (_syncs) _current!.SyncOrFail();
        _syncedSequence = _sequence;
    }

    /// <summary>Begins the next file with a checkpoint, which must describe all entries so far, and frees the previous file.</summary>
    public void Roll(EntryWriter checkpoint)
    {
        var next = _spare ??= Recycle(_current!.Generation + 1);
        next.ZeroAheadTo(JournalFile.HeaderBytes + JournalEntry.Aligned(checkpoint.PayloadBytes), _fileBytes);
        var bytes = Write(next, EntryKind.Checkpoint, checkpoint, JournalFile.HeaderBytes);
        if (_syncs) next.SyncOrFail();
        _syncedSequence = _sequence;
        _position = JournalFile.HeaderBytes + bytes;
        _rollAt = Math.Max(_fileBytes, 4L * _position); // a large checkpoint must not be most of the written bytes
        using var left = _current ?? OpenRecovered();
        (_current, _spare) = (next, null);
        if (left is null) return;
        _retired.Add(left.Path);
        left.WriteHeader(successor: next.Generation); // so that nobody takes the one before for the newest if this one is lost
        if (_syncs) left.SyncOrFail();
    }

    public void Dispose()
    {
        _current?.Dispose();
        _spare?.Dispose();
    }

    private int Write(JournalFile file, EntryKind kind, EntryWriter entry, long position)
    {
        var bytes = entry.Entry();
        new JournalEntry(kind, _sequence + 1, _syncedSequence, entry.PayloadBytes).Write(bytes, file.Generation);
        file.Write(bytes, position);
        _sequence++;
        return bytes.Length;
    }

    private JournalFile? OpenRecovered()
    {
        if (_recovered == 0) return null;
        var path = LogLayout.JournalFile(_directory, _recovered);
        return new JournalFile(_files.Open(path, FileMode.Open), path, _recovered);
    }

    private JournalFile Recycle(long generation)
    {
        if (_retired is [.., var reused])
        {
            _retired.RemoveAt(_retired.Count - 1);
            _files.Rename(reused, LogLayout.JournalFile(_directory, generation));
        }
        foreach (var path in _retired) _files.Delete(path);
        _retired.Clear();
        return Create(generation);
    }

    private JournalFile Create(long generation)
    {
        var path = LogLayout.JournalFile(_directory, generation);
        var file = new JournalFile(_files.Open(path, FileMode.OpenOrCreate), path, generation);
        try
        {
            file.WriteHeader();
            file.ZeroAheadTo(JournalFile.HeaderBytes + JournalEntry.Alignment, _fileBytes);
            if (_syncs)
            {
                file.SyncOrFail();
                _files.SyncDirectoryOrFail(_directory);
            }
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
