using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Dataflow.Log;

/// <summary>Takes a file's exclusive lock and makes sure that it was taken.</summary>
/// <remarks>.NET's own file locks continue without a lock where the system refuses one, and where a switch turns them off. This class asks
/// the system itself, and then asks once more for the same lock, which must be refused.</remarks>
internal static partial class NativeLock
{
    private const int ReadWrite = 2; // O_RDWR
    private const int ExclusiveAtOnce = 2 | 4; // LOCK_EX | LOCK_NB
    private const int LinuxWouldBlock = 11; // EWOULDBLOCK
    private const int MacWouldBlock = 35; // EWOULDBLOCK
    private const int WindowsSharingViolation = unchecked((int)0x80070020);

    /// <exception cref="FileLockedException">Another holder has it.</exception>
    /// <exception cref="IOException">The file cannot be opened, or the system provides no lock.</exception>
    public static IDisposable Take(string path)
    {
        var taken = TryTake(path) ?? throw new FileLockedException($"'{path}' is locked.");
        if (TryTake(path) is not { } again) return taken;
        again.Dispose();
        taken.Dispose();
        throw new IOException($"'{path}': the file system grants the same lock twice");
    }

    /// <summary>Takes the lock; null if another holder has it.</summary>
    private static SafeFileHandle? TryTake(string path)
    {
        if (OperatingSystem.IsWindows()) return TryOpenAlone(path);
        if (!File.Exists(path)) File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite).Dispose();
        var file = NativeSync.Open(path, ReadWrite);
        if (NativeSync.Retry(() => Flock(file, ExclusiveAtOnce)) == 0) return file;
        var error = Marshal.GetLastPInvokeError();
        file.Dispose();
        if (error == (OperatingSystem.IsMacOS() ? MacWouldBlock : LinuxWouldBlock)) return null;
        throw new IOException($"'{path}': the file system gives no lock ({Marshal.GetPInvokeErrorMessage(error)})", error);
    }

    private static SafeFileHandle? TryOpenAlone(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (error.HResult == WindowsSharingViolation)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);
}
