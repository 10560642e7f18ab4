using System.Buffers.Binary;
using System.Text;
using Dataflow.Log;

namespace Dataflow.Extensibility;

/// <summary>A file that grows with the checkpoints as <c>path.partial</c> and is renamed to its final name when the job ends.</summary>
/// <remarks>Its state in a checkpoint is the length that the checkpoint covers, eight bytes, big-endian. Bytes beyond it after a crash
/// belong to no checkpoint and are cut off when the file is opened again. The state of a part (<see cref="FileParts"/>) has its name
/// behind, in UTF-8.</remarks>
public sealed class PartialFile : IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly bool _isPart;
    private IFile? _file;
    private bool _isAhead; // it begins with its first bytes
    private bool _isOfNoCheckpoint;
    private bool _isSynced = true;

    private PartialFile(IFileSystem files, string path, bool isPart = false) => (_files, _path, _isPart) = (files, path, isPart);

    /// <summary>The file's length in bytes; <see cref="Write"/> appends.</summary>
    public long Length { get; private set; }

    /// <summary>Whether an earlier run of the job gave it its final name already.</summary>
    public bool IsFinished => _file is null && !_isAhead;

    /// <summary>The path until the job ends.</summary>
    public string PartialPath => _path + ".partial";

    private string Directory => Path.GetDirectoryName(_path)!;

    /// <summary>Opens the file, cut back to the length that a checkpoint covered; creates it where the state is empty.</summary>
    /// <param name="files">The file system that the file lies in.</param>
    /// <param name="path">The full path of the finished file.</param>
    /// <param name="state">The result of <see cref="Prepare"/> for the last committed checkpoint; empty at first.</param>
    /// <exception cref="ConnectorException">The file cannot be opened, or is shorter than the checkpoint's length.</exception>
    public static PartialFile Open(IFileSystem files, string path, ReadOnlyMemory<byte> state)
    {
        if (state.Length is not (0 or sizeof(long))) throw ConnectorException.BadState(Path.GetFileName(path), state.Length);
        var partial = new PartialFile(files, path);
        try
        {
            if (state.IsEmpty) partial.Begin();
            else partial.CarryOn(BinaryPrimitives.ReadInt64BigEndian(state.Span));
            return partial;
        }
        catch (Exception error)
        {
            partial.Dispose();
            if (error is not (IOException or UnauthorizedAccessException)) throw;
            throw ConnectorException.CannotOpen(partial.PartialPath, error);
        }
    }

    /// <summary>Makes a new part, which begins with its first bytes.</summary>
    internal static PartialFile NewPart(IFileSystem files, string path) => new(files, path, isPart: true) { _isAhead = true };

    /// <summary>Opens the part of a writer that has ended, which may still be written to beyond its length.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    internal static PartialFile OpenPart(IFileSystem files, string path, long committed)
    {
        var part = new PartialFile(files, path, isPart: true) { Length = committed };
        part._file = files.Open(part.PartialPath, FileMode.Open);
        if (part._file.Length >= committed) return part;
        using (part) throw ConnectorException.PartialCut(part.PartialPath, part._file.Length, committed);
    }

    /// <summary>Appends bytes.</summary>
    /// <exception cref="ConnectorException">The file was finished before, or the disk refused the bytes.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (IsFinished) throw ConnectorException.AlreadyFinished(_path);
        try
        {
            if (_file is null) Begin();
            _isSynced = false;
            _file!.Write(bytes, Length);
            Length += bytes.Length;
        }
        catch (IOException error)
        {
            throw ConnectorException.WriteFailed(PartialPath, Length, error);
        }
    }

    /// <summary>Flushes all written bytes to disk, so that they survive a power loss.</summary>
    /// <returns>The state for <see cref="Open"/>, or for <see cref="FileParts.Finish"/>; empty for a part that has not begun.</returns>
    /// <exception cref="ConnectorException">The disk refused; the file must not be used further.</exception>
    public ReadOnlyMemory<byte> Prepare()
    {
        if (_isAhead) return default;
        Sync();
        _isOfNoCheckpoint = false;
        var name = _isPart ? Encoding.UTF8.GetBytes(Path.GetFileName(_path)) : [];
        var state = new byte[sizeof(long) + name.Length];
        BinaryPrimitives.WriteInt64BigEndian(state, Length);
        name.CopyTo(state, sizeof(long));
        return state;
    }

    /// <summary>Reads the bytes written so far, from the start.</summary>
    public Stream Read() => new FileStreamView(_file ?? throw ConnectorException.AlreadyFinished(_path), Length);

    /// <summary>Renames the file to its final name, replacing an existing one. Does nothing if an earlier run of the job did it.</summary>
    public void Finish()
    {
        if (_file is null) return;
        Sync();
        Close();
        Rename(PartialPath);
    }

    /// <summary>Writes the final file by <paramref name="convert"/> from this one, and deletes this one.</summary>
    public void Finish(Action<Stream, Stream> convert)
    {
        if (_file is null) return;
        var converted = _isPart ? $"{_path}.{Guid.NewGuid():n}.tmp" : _path + ".tmp"; // others may finish a part at the same time
        Convert(convert, converted);
        Close();
        Rename(converted);
        _files.Delete(PartialPath);
        _files.SyncDirectory(Directory);
    }

    /// <summary>Closes the file as it is; bytes that no checkpoint covers are cut off when it is opened again. A part of which none covers
    /// any is deleted.</summary>
    public void Dispose()
    {
        Close();
        if (_isOfNoCheckpoint) _files.Delete(PartialPath);
    }

    private void Begin()
    {
        _file = _files.Open(PartialPath, FileMode.OpenOrCreate);
        _file.SetLength(0);
        _files.SyncDirectory(Directory);
        (_isAhead, _isOfNoCheckpoint) = (false, _isPart);
    }

    private void CarryOn(long committed)
    {
        Length = committed;
        if (!_files.Exists(PartialPath))
        {
            if (_files.Exists(_path)) return;
            throw ConnectorException.PartialLost(PartialPath, _path, committed);
        }

        _file = _files.Open(PartialPath, FileMode.Open);
        if (_file.Length < committed) throw ConnectorException.PartialCut(PartialPath, _file.Length, committed);
        _file.SetLength(committed);
    }

    private void Convert(Action<Stream, Stream> convert, string converted)
    {
        var written = 0L;
        try
        {
            _files.Delete(converted);
            using var file = _files.Open(converted, FileMode.CreateNew);
            using var input = Read();
            using var output = new FileStreamView(file);
            convert(input, output);
            written = output.Position;
            file.Sync();
        }
        catch (IOException error)
        {
            throw ConnectorException.WriteFailed(converted, written, error);
        }
    }

    private void Rename(string complete)
    {
        try
        {
            RenameOnce(complete);
            _files.SyncDirectory(Directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ConnectorException.CannotFinish(complete, _path, error);
        }
    }

    private void RenameOnce(string complete)
    {
        try
        {
            _files.Rename(complete, _path);
        }
        catch (IOException) when (_isPart && _files.Exists(_path))
        {
            // Another process was quicker.
        }
    }

    private void Sync()
    {
        if (_file is null || _isSynced) return;
        try
        {
            _file.Sync();
            _isSynced = true;
        }
        catch (IOException error)
        {
            throw ConnectorException.WriteFailed(PartialPath, Length, error);
        }
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
