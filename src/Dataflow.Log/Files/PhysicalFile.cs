using Microsoft.Win32.SafeHandles;

namespace Dataflow.Log;

/// <summary>A file of the operating system, read and written at positions.</summary>
internal sealed class PhysicalFile(SafeFileHandle handle, string path) : IFile
{
    public long Length => RandomAccess.GetLength(handle);

    public int Read(Span<byte> buffer, long position)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var read = RandomAccess.Read(handle, buffer[total..], position + total);
            if (read == 0) break;
            total += read;
        }
        return total;
    }

    public void Write(ReadOnlySpan<byte> bytes, long position) => RandomAccess.Write(handle, bytes, position);

    public void SetLength(long length) => RandomAccess.SetLength(handle, length);

    public void Sync() => NativeSync.SyncFile(handle, path);

    public void Dispose() => handle.Dispose();
}
