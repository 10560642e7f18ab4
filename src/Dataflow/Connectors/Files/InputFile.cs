namespace Dataflow;

/// <summary>Opens the files that sources read.</summary>
internal static class InputFile
{
    /// <summary>Opens a file for reading from its start; a name that ends in <c>.gz</c> is decompressed on the way.</summary>
    /// <exception cref="ConnectorException">There is no such file, or it may not be read.</exception>
    public static Stream Open(string path)
    {
        var file = OpenAsIs(path);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? new GzipInput(file, path)
            : file;
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
