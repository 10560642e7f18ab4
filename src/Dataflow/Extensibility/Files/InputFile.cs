namespace Dataflow.Extensibility;

/// <summary>Opens the files that sources read.</summary>
public static class InputFile
{
    /// <summary>What a file holds: a name that ends in <c>.gz</c> is decompressed on the way.</summary>
    /// <param name="file">The open file. It is closed with what it holds.</param>
    /// <param name="path">Its name.</param>
    public static Stream Text(FileStream file, string path)
        => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GzipInput(file, path) : file;

    /// <summary>Whether a file that was read to its end has other bytes than then.</summary>
    public static bool HasChanged(string path, ReadOnlyMemory<byte> mark)
        => !mark.IsEmpty && new FileInfo(path).Length != ReadHash.BytesRead(mark.Span);

    /// <summary>Tells a file that is read here and there from another of its name: by its length, its start and its end.</summary>
    public static ReadOnlyMemory<byte> MarkOf(string path)
    {
        using var file = OpenAsIs(path);
        var (hash, bytes) = (default(ReadHash), new byte[1 << 16]);
        hash.Add(bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
        file.Position = Math.Max(0, file.Length - bytes.Length);
        hash.Add(bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
        return hash.ToMark(file.Length);
    }

    /// <summary>Opens a file for reading at any position.</summary>
    /// <exception cref="ConnectorException">There is no such file, or it may not be read.</exception>
    public static FileStream OpenAsIs(string path)
    {
        try
        {
            return new BlockingFileStream(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw ConnectorException.MissingFile(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw ConnectorException.NotReadable(path, "a file", error);
        }
    }

    /// <summary>Reads on the caller's thread even where a library asks for a task; so nobody waits for the thread pool.</summary>
    private sealed class BlockingFileStream(string path)
        : FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => new(Read(buffer.Span));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => Task.FromResult(Read(buffer, offset, count));
    }
}
