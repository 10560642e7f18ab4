using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Dataflow.Log;

/// <summary>Syncs files and directories to disk and reports every failure.</summary>
internal static partial class NativeSync
{
    private const int Interrupted = 4; // EINTR
    private const int ReadOnly = 0; // O_RDONLY
    private const int LinuxCloseOnExec = 0x80000; // O_CLOEXEC
    private const int MacCloseOnExec = 0x1000000; // O_CLOEXEC
    private const int MacFullSync = 51; // F_FULLFSYNC: also empties the drive's own cache, which fsync leaves alone

    public static void SyncFile(SafeFileHandle file, string path)
    {
        if (OperatingSystem.IsWindows()) Check(FlushFileBuffers(file) != 0, path);
        else if (OperatingSystem.IsMacOS())
            Check(Retry(() => FcntlFullSync(file, MacFullSync)) == 0 || Retry(() => Fsync(file)) == 0, path);
        else Check(Retry(() => FdataSync(file)) == 0, path);
    }

    public static void SyncDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) return; // NTFS keeps names in its own journal and syncs no directory
        using var directory = Open(path, ReadOnly);
        Check(Retry(() => Fsync(directory)) == 0, path);
    }

    /// <summary>Opens an existing file or directory with the system's own call, without .NET's additions.</summary>
    public static SafeFileHandle Open(string path, int flags)
    {
        flags |= OperatingSystem.IsMacOS() ? MacCloseOnExec : LinuxCloseOnExec;
        var descriptor = Retry(() => OpenDescriptor(path, flags));
        if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
        var error = Marshal.GetLastPInvokeError();
        throw new IOException($"'{path}': it cannot be opened ({Marshal.GetPInvokeErrorMessage(error)})", error);
    }

    public static int Retry(Func<int> call)
    {
        while (true)
        {
            var result = call();
            if (result >= 0 || Marshal.GetLastPInvokeError() != Interrupted) return result;
        }
    }

    private static void Check(bool success, string path)
    {
        if (success) return;
        var error = Marshal.GetLastPInvokeError();
        throw new IOException($"'{path}': sync failed ({Marshal.GetPInvokeErrorMessage(error)}).", error);
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FdataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FcntlFullSync(SafeFileHandle file, int command);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int FlushFileBuffers(SafeFileHandle file);
}
