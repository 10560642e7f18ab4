using Dataflow.Log;

namespace Dataflow.Testing.Disks;

/// <summary>An open file. It stays usable when the file is renamed or deleted, as on Unix.</summary>
/// <param name="path">The name by which it was opened.</param>
/// <param name="file">The file's content.</param>
/// <param name="gate">The lock of the disk.</param>
/// <param name="faults">Counts the changes.</param>
/// <param name="bytesWithoutRoom">Returns how many of the bytes by which the file is to grow do not fit on the disk.</param>
internal sealed class OpenFile(
    string path, SimulatedFile file, Lock gate, FaultPlan faults, Func<long, long> bytesWithoutRoom) : IFile
{
    private bool _closed;

    public long Length
    {
        get { lock (gate) return Content.Length; }
    }

    private PagedBytes Content
    {
        get
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            faults.ThrowIfCrashed();
            return file.Content;
        }
    }

    public int Read(Span<byte> buffer, long position)
    {
        lock (gate) return Content.Read(buffer, position);
    }

    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        lock (gate)
        {
            var missing = bytesWithoutRoom(position + bytes.Length - Content.Length);
            var error = faults.Count(DiskOperationKind.Write, path);
            var written = bytes.Length;
            if (error is SimulatedCrashException && !faults.CrashesHalfway) written = 0;
            else if (error is not null) written /= 2;
            else if (missing > 0)
            {
                written = (int)Math.Max(0, written - missing);
                error = DiskFull();
            }
            if (written > 0) file.Change(new WriteChange(position, bytes[..written].ToArray()));
            if (error is not null) throw error;
        }
    }

    public void SetLength(long length)
    {
        lock (gate)
        {
            var missing = bytesWithoutRoom(length - Content.Length);
            faults.Begin(DiskOperationKind.SetLength, path);
            if (missing > 0) throw DiskFull();
            file.Change(new LengthChange(length));
        }
    }

    public void Sync()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            var error = faults.Count(DiskOperationKind.Sync, path);
            if (error is null) file.Sync();
            else if (error is IOException) file.FailSync();
            if (error is not null) throw error;
        }
    }

    public void Dispose() => _closed = true;

    private IOException DiskFull() => new($"No space left on device: {path}", hresult: 28);
}
