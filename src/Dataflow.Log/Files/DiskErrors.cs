namespace Dataflow.Log;

/// <summary>Separates file errors that a log can continue after from those that it cannot.</summary>
internal static class DiskErrors
{
    private const int NoSpace = 28; // ENOSPC
    private const int LinuxQuota = 122; // EDQUOT
    private const int MacQuota = 69; // EDQUOT
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Whether a write found no room. Nothing is broken: it may be undone and retried.</summary>
    public static bool IsDiskFull(IOException error)
        => error.HResult is NoSpace or WindowsDiskFull or WindowsHandleDiskFull
            || error.HResult == (OperatingSystem.IsMacOS() ? MacQuota : LinuxQuota);

    /// <summary>Whether the process, or the system, has too many files open.</summary>
    public static bool IsTooManyOpen(IOException error) => error.HResult is 23 or 24; // ENFILE, EMFILE

    /// <summary>Whether the system refused to open, read or change a file.</summary>
    public static bool IsRefusal(Exception error) => error is IOException or UnauthorizedAccessException;

    /// <summary>Syncs a file. A failure, a full disk included, is final: the kernel may have dropped what it could not write.</summary>
    public static void SyncOrFail(this IFile file)
    {
        try
        {
            file.Sync();
        }
        catch (IOException error)
        {
            throw new SyncFailedException(error);
        }
    }

    /// <summary>Syncs a directory; a failure is final as well.</summary>
    public static void SyncDirectoryOrFail(this IFileSystem files, string path)
    {
        try
        {
            files.SyncDirectory(path);
        }
        catch (IOException error)
        {
            throw new SyncFailedException(error);
        }
    }
}

/// <summary>A sync failed; it is never retried. Not an <see cref="IOException"/>, so that handlers of those do not catch it.</summary>
internal sealed class SyncFailedException(IOException error) : Exception(error.Message, error);
