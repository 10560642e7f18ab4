namespace Dataflow.Extensibility;

/// <summary>Opens the files that sources read.</summary>
public static class InputFile
{
    /// <summary>Opens a file's content; a file whose name ends in <c>.gz</c> is decompressed.</summary>
    /// <param name="file">The open file. Closing the content closes it.</param>
    /// <param name="path">The file's path.</param>
    public static Stream Text(FileStream file, string path)
        => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GzipInput(file, path) : file;

    /// <summary>Whether a file that was read to its end has another length now.</summary>
    public static bool HasChanged(string path, ReadOnlyMemory<byte> mark)
        => !mark.IsEmpty && new FileInfo(path).Length != ReadHash.BytesRead(mark.Span);

    /// <summary>Computes a mark that tells a file from another of the same name, by its length, its first and its last 64 KiB: for files
    /// that are not read from start to end.</summary>
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

    /// <summary>A file whose asynchronous reads run on the caller's thread, so that they never wait for the thread pool.</summary>
    private sealed class BlockingFileStream(string path)
        : FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1 << 16)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => new(Read(buffer.Span));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
            => Task.FromResult(Read(buffer, offset, count));
    }
}
