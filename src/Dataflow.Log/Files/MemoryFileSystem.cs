namespace Dataflow.Log;

/// <summary>Files in memory, for <see cref="Durability.Memory"/>.</summary>
internal sealed class MemoryFileSystem : IFileSystem
{
    private readonly Dictionary<string, MemoryFile> _files = [];
    private readonly Lock _lock = new();

    public IFile Open(string path, FileMode mode)
    {
        lock (_lock)
        {
            var found = _files.TryGetValue(path, out var file);
            if (found && mode == FileMode.CreateNew) throw new IOException($"File '{path}' exists.");
            if (found) return file!;
            if (mode == FileMode.Open) throw new FileNotFoundException($"File '{path}' is missing.", path);
            return _files[path] = new MemoryFile();
        }
    }

    public bool Exists(string path)
    {
        lock (_lock) return _files.ContainsKey(path);
    }

    public IReadOnlyList<string> List(string directory)
    {
        lock (_lock) return [.. _files.Keys.Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path))];
    }

    public void CreateDirectory(string path)
    {
    }

    public void Delete(string path)
    {
        lock (_lock) _files.Remove(path);
    }

    public bool DeleteDirectory(string path) => true;

    public void Rename(string from, string to)
    {
        lock (_lock)
        {
            if (_files.Remove(from, out var file)) _files[to] = file;
        }
    }

    public void SyncDirectory(string path)
    {
    }

    public IDisposable Lock(string path) => new MemoryFile();

    /// <summary>Bytes in chunks, so that growing copies nothing and readers need no lock.</summary>
    private sealed class MemoryFile : IFile
    {
        private const int ChunkBytes = 64 << 10;
        private byte[][] _chunks = [];
        private long _length;

        public long Length => Volatile.Read(ref _length);

        public int Read(Span<byte> buffer, long position)
        {
            var total = (int)Math.Clamp(Length - position, 0, buffer.Length);
            var chunks = Volatile.Read(ref _chunks);
            for (var done = 0; done < total;)
            {
                var (chunk, start) = Math.DivRem(position + done, ChunkBytes);
                var count = Math.Min(total - done, ChunkBytes - (int)start);
                chunks[chunk].AsSpan((int)start, count).CopyTo(buffer[done..]);
                done += count;
            }
            return total;
        }

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            Reserve(position + bytes.Length);
            for (var done = 0; done < bytes.Length;)
            {
                var (chunk, start) = Math.DivRem(position + done, ChunkBytes);
                var count = Math.Min(bytes.Length - done, ChunkBytes - (int)start);
                bytes.Slice(done, count).CopyTo(_chunks[chunk].AsSpan((int)start));
                done += count;
            }
            if (position + bytes.Length > _length) Volatile.Write(ref _length, position + bytes.Length);
        }

        public void SetLength(long length)
        {
            Reserve(length);
            for (var position = length; position < _length; position++) _chunks[position / ChunkBytes][position % ChunkBytes] = 0;
            Volatile.Write(ref _length, length);
        }

        public void Sync()
        {
        }

        public void Dispose()
        {
        }

        private void Reserve(long length)
        {
            var needed = (int)((length + ChunkBytes - 1) / ChunkBytes);
            if (needed <= _chunks.Length) return;
            var chunks = new byte[Math.Max(needed, Math.Min(_chunks.Length * 2, _chunks.Length + 1024))][];
            _chunks.CopyTo(chunks, 0);
            for (var index = _chunks.Length; index < chunks.Length; index++) chunks[index] = new byte[ChunkBytes];
            Volatile.Write(ref _chunks, chunks);
        }
    }
}
