using Dataflow.Log;

namespace Dataflow.Tests.Connectors;

/// <summary>The real file system, which can be told to fail and remembers what was asked of it.</summary>
internal sealed class FailingFileSystem : IFileSystem
{
    private readonly PhysicalFileSystem _real = PhysicalFileSystem.Instance;

    public bool IsFull { get; set; }

    /// <summary>How many operations that change something succeed before all fail.</summary>
    public int OperationsLeft { get; init; } = int.MaxValue;

    public List<string> Calls { get; } = [];

    public IFile Open(string path, FileMode mode)
    {
        Do("open");
        return new FailingFile(this, _real.Open(path, mode));
    }

    public bool Exists(string path) => _real.Exists(path);

    public IReadOnlyList<string> List(string directory) => _real.List(directory);

    public void CreateDirectory(string path) => _real.CreateDirectory(path);

    public void Delete(string path)
    {
        Do("delete");
        _real.Delete(path);
    }

    public void Rename(string from, string to)
    {
        Do("rename");
        _real.Rename(from, to);
    }

    public void SyncDirectory(string path)
    {
        Do("sync directory");
        _real.SyncDirectory(path);
    }

    public IDisposable Lock(string path) => _real.Lock(path);

    private void Do(string call)
    {
        if (Calls.Count == OperationsLeft) throw new IOException("The disk is gone");
        Calls.Add(call);
    }

    private sealed class FailingFile(FailingFileSystem disk, IFile file) : IFile
    {
        public long Length => file.Length;

        public int Read(Span<byte> buffer, long position) => file.Read(buffer, position);

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            disk.Do("write");
            if (disk.IsFull) throw new IOException("No space left on device");
            file.Write(bytes, position);
        }

        public void SetLength(long length)
        {
            disk.Do("set length");
            file.SetLength(length);
        }

        public void Sync()
        {
            disk.Do("sync");
            file.Sync();
        }

        public void Dispose() => file.Dispose();
    }
}
