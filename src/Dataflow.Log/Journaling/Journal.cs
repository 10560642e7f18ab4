namespace Dataflow.Log.Journaling;

/// <summary>The one file sequence that makes commits durable and atomic, for all partitions.</summary>
/// <remarks>
/// Two files take turns: one is written, the spare waits. When the current one is full, a checkpoint begins the spare and
/// the old file, no longer needed, is renamed to become the next spare. Only the committer calls it.
/// </remarks>
internal sealed class Journal : IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly int _fileBytes;
    private readonly bool _syncs;
    private JournalFile? _current;
    private JournalFile? _spare;
    private readonly List<string> _retired; // files whose entries a later checkpoint covers
    private long _position;
    private long _rollAt;
    private long _sequence;
    private long _syncedSequence;

    /// <summary>Goes on after a recovery, or begins. Nothing is written before <see cref="Roll"/>.</summary>
    /// <param name="files">Where the files are.</param>
    /// <param name="directory">The journal's directory.</param>
    /// <param name="options">Sizes and the durability promise.</param>
    /// <param name="lastSequence">Of the last entry that was recovered.</param>
    /// <param name="generation">Of the file to begin; if it exists it holds no entry of that generation.</param>
    /// <param name="retired">Files that are not needed once the first checkpoint is written.</param>
    public Journal(IFileSystem files, string directory, LogOptions options, long lastSequence, long generation, IEnumerable<string> retired)
    {
        _files = files;
        _directory = directory;
        _fileBytes = options.JournalFileBytes;
        _syncs = options.Durability == Durability.PowerLoss;
        _sequence = _syncedSequence = lastSequence;
        _retired = [.. retired];
        _spare = Create(generation);
    }

    /// <summary>Whether an entry may still go into the current file.</summary>
    public bool HasRoomFor(int payloadBytes) => _position + JournalEntry.Aligned(payloadBytes) <= _rollAt;

    /// <summary>Makes sure that an entry of that size will not meet a full disk.</summary>
    public void Reserve(int payloadBytes)
        => _current!.ZeroAheadTo(_position + JournalEntry.Aligned(payloadBytes), _rollAt);

    /// <summary>Writes an entry. It counts once <see cref="Sync"/> has returned.</summary>
    public void Append(EntryKind kind, EntryWriter entry)
    {
        Reserve(entry.PayloadBytes);
        _position += Write(_current!, kind, entry, _position);
    }

    /// <summary>Makes all entries safe, as far as the log promises.</summary>
    public void Sync()
    {
        if (_syncs) _current!.SyncOrFail();
        _syncedSequence = _sequence;
    }

    /// <summary>Begins the next file with a checkpoint, which must describe all entries so far, and lets go of the one before.</summary>
    public void Roll(EntryWriter checkpoint)
    {
        PrepareSpare();
        var next = _spare!;
        next.ZeroAheadTo(JournalFile.HeaderBytes + JournalEntry.Aligned(checkpoint.PayloadBytes), _fileBytes);
        var bytes = Write(next, EntryKind.Checkpoint, checkpoint, JournalFile.HeaderBytes);
        if (_syncs) next.SyncOrFail();
        _syncedSequence = _sequence;
        _position = JournalFile.HeaderBytes + bytes;
        _rollAt = Math.Max(_fileBytes, 4L * _position); // a large checkpoint must not be most of what is written
        if (_current is not null) _retired.Add(_current.Path);
        _current?.Dispose();
        (_current, _spare) = (next, null);
    }

    /// <summary>Makes the next spare, if there is none; a full disk leaves things as they are.</summary>
    public void PrepareSpare() => _spare ??= Recycle();

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

    private JournalFile Recycle()
    {
        var generation = _current!.Generation + 1;
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
