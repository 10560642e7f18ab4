namespace Dataflow.Log;

/// <summary>All file operations of the log and of checkpoints. Tests replace it to crash, tear and fail each one.</summary>
/// <remarks>Paths are full paths. Operations are synchronous; files are used by one writer and any number of readers.</remarks>
public interface IFileSystem
{
    /// <summary>Opens a file for reading and writing.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="mode"><see cref="FileMode.Open"/>, <see cref="FileMode.CreateNew"/> or <see cref="FileMode.OpenOrCreate"/>.</param>
    /// <exception cref="IOException">The file is missing or exists already, whichever the mode forbids.</exception>
    IFile Open(string path, FileMode mode);

    /// <summary>Whether a file (not a directory) of that name exists.</summary>
    bool Exists(string path);

    /// <summary>Lists the names, without the directory, of the files and directories directly below a directory, in no order.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Creates a directory and the missing ones above it. The caller syncs the parents.</summary>
    void CreateDirectory(string path);

    /// <summary>Deletes a file; does nothing if there is none.</summary>
    void Delete(string path);

    /// <summary>Deletes a directory if nothing is in it.</summary>
    /// <returns>Whether there is no such directory now.</returns>
    bool DeleteDirectory(string path);

    /// <summary>Renames a file within its file system, replacing an existing file of the new name.</summary>
    void Rename(string from, string to);

    /// <summary>Makes the creations, renames and deletions in a directory survive a power loss.</summary>
    void SyncDirectory(string path);

    /// <summary>Takes the exclusive lock that a file stands for; the operating system releases it when the process ends.</summary>
    /// <exception cref="FileLockedException">Another holder has the lock.</exception>
    /// <exception cref="IOException">The lock cannot be taken for another reason.</exception>
    IDisposable Lock(string path);
}

/// <summary>Thrown when another holder has a file's lock.</summary>
public sealed class FileLockedException(string message) : IOException(message);

/// <summary>An open file, read and written at positions.</summary>
public interface IFile : IDisposable
{
    /// <summary>The file's length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads up to the buffer's length; returns fewer bytes only at the end of the file.</summary>
    int Read(Span<byte> buffer, long position);

    /// <summary>Writes all bytes; they survive the process at once, and a power loss after <see cref="Sync"/>.</summary>
    void Write(ReadOnlySpan<byte> bytes, long position);

    /// <summary>Cuts the file or extends it with zeros.</summary>
    void SetLength(long length);

    /// <summary>Makes all written bytes survive a power loss (<c>fdatasync</c>).</summary>
    /// <exception cref="IOException">It failed. Written bytes may be lost; the file must not be used further.</exception>
    void Sync();
}
