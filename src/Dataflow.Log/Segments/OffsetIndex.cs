using System.Buffers.Binary;

namespace Dataflow.Log.Segments;

/// <summary>Finds the batch of an offset within a segment: one entry for about every 64 KiB, made as lookups need them.</summary>
/// <remarks>It is in memory only and reads batch headers from its last entry on, so it can never disagree with the file.</remarks>
internal sealed class OffsetIndex
{
    private const int EntryEveryBytes = 64 << 10;
    private const int WindowBytes = 64 << 10;

    private readonly List<(long Offset, long Position)> _entries = [];
    private readonly Lock _lock = new();
    private long _walkedBytes;

    /// <summary>Returns the position of the last indexed batch that begins at or before an offset.</summary>
    /// <param name="file">The segment's file.</param>
    /// <param name="bytes">The number of visible bytes.</param>
    /// <param name="offset">The offset, at least the segment's base offset.</param>
    /// <param name="damaged">Makes the error for an invalid header at a position.</param>
    public long Find(IFile file, long bytes, long offset, Func<long, string, Exception> damaged)
    {
        lock (_lock)
        {
            if (_entries.Count == 0 || _entries[^1].Offset <= offset) Walk(file, bytes, offset, damaged);
            var (low, high) = (0, _entries.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (_entries[middle].Offset <= offset) low = middle + 1;
                else high = middle;
            }
            return low == 0 ? 0 : _entries[low - 1].Position;
        }
    }

    private void Walk(IFile file, long bytes, long offset, Func<long, string, Exception> damaged)
    {
        var window = new byte[WindowBytes];
        var (windowStart, windowLength) = (0L, 0);
        while (_walkedBytes < bytes)
        {
            if (_walkedBytes < windowStart || _walkedBytes + BatchHeader.PrefixSize > windowStart + windowLength)
            {
                windowStart = _walkedBytes;
                windowLength = file.Read(window.AsSpan(0, (int)Math.Min(WindowBytes, bytes - _walkedBytes)), windowStart);
                if (windowLength < BatchHeader.PrefixSize) throw damaged(_walkedBytes, "the file ends within a batch");
            }
            var prefix = window.AsSpan((int)(_walkedBytes - windowStart), BatchHeader.PrefixSize);
            var baseOffset = BinaryPrimitives.ReadInt64BigEndian(prefix);
            var length = BatchHeader.LengthOf(prefix);
            if (length < 0 || (_entries.Count > 0 && baseOffset <= _entries[^1].Offset))
                throw damaged(_walkedBytes, "the batch header makes no sense");
            if (baseOffset > offset) return;
            if (_entries.Count == 0 || _walkedBytes - _entries[^1].Position >= EntryEveryBytes) _entries.Add((baseOffset, _walkedBytes));
            _walkedBytes += length;
        }
    }
}
