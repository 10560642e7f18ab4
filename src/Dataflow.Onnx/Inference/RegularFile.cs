using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Dataflow.Onnx.Inference;

/// <summary>Reads files of a model, and refuses anything but regular files: something without a length of its own could be read for
/// ever.</summary>
internal static partial class RegularFile
{
    /// <exception cref="ModelException">The file is missing, is not a regular file, cannot be read, or is too long.</exception>
    public static byte[] Read(string path, int maxBytes)
    {
        if (!Path.Exists(path)) throw ModelException.FileMissing(path);
        try
        {
            using var file = Open(path);
            var length = RandomAccess.GetLength(file); // throws for pipes
            if (length > maxBytes) throw ModelException.TooLong(path, length, maxBytes);
            // Devices report a length of 0, but return bytes all the same.
            if (length == 0 && RandomAccess.Read(file, new byte[1], 0) > 0) throw ModelException.NotRegular(path);
            return ReadAll(file, length);
        }
        catch (NotSupportedException)
        {
            throw ModelException.NotRegular(path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw Directory.Exists(path) ? ModelException.NotRegular(path) : ModelException.Unreadable(path, cause);
        }
    }

    private static byte[] ReadAll(SafeFileHandle file, long length)
    {
        var bytes = new byte[length];
        for (int at = 0, read; at < bytes.Length; at += read)
        {
            read = RandomAccess.Read(file, bytes.AsSpan(at), at);
            if (read == 0) throw new EndOfStreamException("it became shorter while it was read");
        }

        return bytes;
    }

    /// <summary>Opens without waiting: a pipe may have no writer.</summary>
    private static SafeFileHandle Open(string path)
    {
        if (OperatingSystem.IsWindows()) return File.OpenHandle(path);
        var descriptor = OpenDescriptor(path, OperatingSystem.IsLinux() ? 0x80800 : 0x1000004); // O_CLOEXEC | O_NONBLOCK
        if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
        throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenDescriptor(string path, int flags);
}
