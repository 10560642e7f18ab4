using Dataflow.Log;

namespace Dataflow;

/// <summary>A temporary file for records that do not fit in memory. It has no name, so it disappears when it is closed or the process ends,
/// in whatever way.</summary>
internal sealed class SpillFile : IDisposable
{
    private const int WriteBytes = 1 << 20;

    private readonly IFile _file;
    private readonly string _directory;
    private readonly byte[] _bytes = new byte[WriteBytes];
    private int _filled;
    private long _written;

    private SpillFile(IFile file, string directory) => (_file, _directory) = (file, directory);

    /// <exception cref="ConnectorException">The disk refuses it.</exception>
    public static SpillFile Create(PartitionedLog log)
    {
        var files = log.Files;
        var directory = Path.Combine(log.WorkDirectory!, "spill");
        try
        {
            files.CreateDirectory(directory);
            // A process that ended just before it removed the name has left the file. One that another job is about to remove may be
            // deleted too.
            foreach (var left in files.List(directory)) files.Delete(Path.Combine(directory, left));
            var path = Path.Combine(directory, $"{Guid.NewGuid():N}");
            var file = files.Open(path, FileMode.CreateNew);
            files.Delete(path);
            return new SpillFile(file, directory);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ConnectorException.CannotSpill(directory, error);
        }
    }

    /// <summary>Appends a run.</summary>
    /// <exception cref="ConnectorException">The disk refuses it.</exception>
    public FileRun Write(MemoryRun run)
    {
        var start = _written;
        while (run.MoveNext()) Write(run.CurrentBytes.Span[..run.Current.Bytes]);
        Flush();
        return new FileRun(this, start, _written);
    }

    /// <exception cref="ConnectorException">The disk refuses it.</exception>
    public int Read(Span<byte> bytes, long position)
    {
        try
        {
            return _file.Read(bytes, position);
        }
        catch (IOException error)
        {
            throw ConnectorException.CannotSpill(_directory, error);
        }
    }

    public void Dispose() => _file.Dispose();

    private void Write(ReadOnlySpan<byte> entry)
    {
        if (_filled + entry.Length > _bytes.Length) Flush();
        if (entry.Length > _bytes.Length)
        {
            WriteNow(entry);
            return;
        }

        entry.CopyTo(_bytes.AsSpan(_filled));
        _filled += entry.Length;
    }

    private void Flush()
    {
        WriteNow(_bytes.AsSpan(0, _filled));
        _filled = 0;
    }

    private void WriteNow(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file.Write(bytes, _written);
            _written += bytes.Length;
        }
        catch (IOException error)
        {
            throw ConnectorException.CannotSpill(_directory, error);
        }
    }
}
