using Dataflow.Log;

namespace Dataflow.Tests.Shared;

/// <summary>A file system that fails when the test says so, and remembers the operations that change something.</summary>
internal sealed class FaultyFileSystem(IFileSystem inner) : IFileSystem
{
    /// <summary>Bytes that may still be written before the disk is full.</summary>
    public long FreeBytes { get; set; } = long.MaxValue;

    /// <summary>Asked before each sync of a file or directory; true makes it fail.</summary>
    public Func<string, bool> FailSync { get; set; } = _ => false;

    /// <summary>Asked before each write; true makes it fail with an error of the device.</summary>
    public Func<string, bool> FailWrite { get; set; } = _ => false;

    /// <summary>What taking the lock ends with.</summary>
    public Exception? LockError { get; set; }

    /// <summary>Asked before each read; true makes it fail with an error of the device.</summary>
    public Func<string, bool> FailRead { get; set; } = _ => false;

    /// <summary>Asked before each file is deleted; what it returns is thrown.</summary>
    public Func<string, Exception?> FailDelete { get; set; } = _ => null;

    /// <summary>Asked before each renaming; true makes it fail with an error of the device.</summary>
    public Func<string, bool> FailRename { get; set; } = _ => false;

    /// <summary>Names of what was synced, in order.</summary>
    public List<string> Synced { get; } = [];

    /// <summary>The operations that change something, in order.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>How many operations that change something succeed before all fail.</summary>
    public int OperationsLeft { get; init; } = int.MaxValue;

    /// <summary>How many files may be open at once.</summary>
    public int MaxOpenFiles { get; set; } = int.MaxValue;

    /// <summary>How many are.</summary>
    public int OpenFiles { get; private set; }

    public IFile Open(string path, FileMode mode)
    {
        Do("open");
        if (OpenFiles >= MaxOpenFiles) throw new IOException("Too many open files", 24);
        var file = new FaultyFile(this, inner.Open(path, mode), path);
        OpenFiles++;
        return file;
    }

    public bool Exists(string path) => inner.Exists(path);

    public IReadOnlyList<string> List(string directory) => inner.List(directory);

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public void Delete(string path)
    {
        Do("delete");
        if (FailDelete(path) is { } error) throw error;
        inner.Delete(path);
    }

    public bool DeleteDirectory(string path)
    {
        Do("delete directory");
        return inner.DeleteDirectory(path);
    }

    public void Rename(string from, string to)
    {
        Do("rename");
        if (FailRename(from)) throw new IOException("Input/output error", 5);
        inner.Rename(from, to);
    }

    public void SyncDirectory(string path)
    {
        Do("sync directory");
        Sync(path);
        inner.SyncDirectory(path);
    }

    public IDisposable Lock(string path) => LockError is { } error ? throw error : inner.Lock(path);

    private void Do(string call)
    {
        lock (Calls)
        {
            if (Calls.Count == OperationsLeft) throw new IOException("The disk is gone");
            Calls.Add(call);
        }
    }

    private void Sync(string path)
    {
        if (FailSync(path)) throw new IOException("Input/output error", 5);
        Synced.Add(Path.GetFileName(path));
    }

    private sealed class FaultyFile(FaultyFileSystem owner, IFile inner, string path) : IFile
    {
        private bool _disposed;

        public long Length => inner.Length;

        public int Read(Span<byte> buffer, long position)
            => owner.FailRead(path) ? throw new IOException("Input/output error", 5) : inner.Read(buffer, position);

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            owner.Do("write");
            if (owner.FailWrite(path)) throw new IOException("Input/output error", 5);
            var grows = Math.Max(0, position + bytes.Length - inner.Length);
            if (grows > owner.FreeBytes)
            {
                inner.Write(bytes[..(int)Math.Max(0, bytes.Length - grows + owner.FreeBytes)], position);
                owner.FreeBytes = 0;
                throw new IOException("No space left on device", 28);
            }
            inner.Write(bytes, position);
            owner.FreeBytes -= grows;
        }

        public void SetLength(long length)
        {
            owner.Do("set length");
            if (length < inner.Length && owner.FreeBytes < long.MaxValue / 2) owner.FreeBytes += inner.Length - length;
            inner.SetLength(length);
        }

        public void Sync()
        {
            owner.Do("sync");
            owner.Sync(path);
            inner.Sync();
        }

        public void Dispose()
        {
            if (_disposed) return;
            _disposed = true;
            owner.OpenFiles--;
            inner.Dispose();
        }
    }
}
