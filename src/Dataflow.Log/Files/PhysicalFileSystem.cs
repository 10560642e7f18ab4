namespace Dataflow.Log;

/// <summary>The operating system's files.</summary>
/// <remarks>Syncs call the operating system directly: .NET's own flush calls return normally even when the kernel reports that a sync
/// failed.</remarks>
public sealed class PhysicalFileSystem : IFileSystem
{
    private PhysicalFileSystem()
    {
    }

    /// <summary>The one instance; it has no state.</summary>
    public static PhysicalFileSystem Instance { get; } = new();

    /// <inheritdoc/>
    public IFile Open(string path, FileMode mode)
        => new PhysicalFile(File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete), path);

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
        => [.. Directory.EnumerateFileSystemEntries(directory).Select(entry => Path.GetFileName(entry))];

    /// <inheritdoc/>
    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);

    /// <inheritdoc/>
    public bool DeleteDirectory(string path)
    {
        try
        {
            Directory.Delete(path);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // something is in it, or it may not be deleted
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to) => File.Move(from, to, overwrite: true);

    /// <inheritdoc/>
    public void SyncDirectory(string path) => NativeSync.SyncDirectory(path);

    /// <inheritdoc/>
    public IDisposable Lock(string path) => NativeLock.Take(path);
}
