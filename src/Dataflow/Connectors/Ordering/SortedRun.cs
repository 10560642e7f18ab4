using System.Buffers;
using System.Buffers.Binary;

namespace Dataflow;

/// <summary>Records in the order of time, enumerated once.</summary>
internal abstract class SortedRun
{
    /// <summary>The run's number: greater for later records.</summary>
    public int Number { get; set; }

    /// <summary>The current record; its value is valid until the next one.</summary>
    public abstract RunEntry Current { get; }

    /// <summary>Moves to the next record, at first to the first.</summary>
    public abstract bool MoveNext();
}

/// <summary>A record of a run, in memory and on disk.</summary>
/// <remarks><code>
/// offset  bytes  field
///      0      8  time    ms since the Unix epoch
///      8      8  origin  packed
///     16      4  length  of the value
///     20         value   as state keeps it
/// </code>All integers little-endian.</remarks>
internal readonly record struct RunEntry(long Time, RecordOrigin Origin, ReadOnlyMemory<byte> Value)
{
    public const int FixedBytes = 20;

    public int Bytes => FixedBytes + Value.Length;

    public static int LengthOf(ReadOnlySpan<byte> head) => FixedBytes + BinaryPrimitives.ReadInt32LittleEndian(head[16..]);

    public static RunEntry Read(ReadOnlyMemory<byte> bytes)
    {
        var head = bytes.Span;
        return new(
            BinaryPrimitives.ReadInt64LittleEndian(head),
            RecordOrigin.Unpack(BinaryPrimitives.ReadUInt64LittleEndian(head[8..])),
            bytes[FixedBytes..LengthOf(head)]);
    }

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Time);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Origin.Packed);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], Value.Length);
        Value.Span.CopyTo(bytes[FixedBytes..]);
    }
}

/// <summary>A run in memory: records are added in any order, then sorted and enumerated.</summary>
internal sealed class MemoryRun : SortedRun
{
    private const int PageBytes = 1 << 20; // so that no array of many megabytes is copied to a larger one

    private readonly List<ArrayBufferWriter<byte>> _pages = [];
    private readonly List<(long Time, long Place)> _index = []; // of two places the later is the greater
    private int _page = -1; // the index of the page that is being filled
    private bool _isSorted = true;
    private int _next;

    /// <summary>The memory that the run takes, in bytes.</summary>
    public long Bytes { get; private set; }

    public override RunEntry Current => RunEntry.Read(CurrentBytes);

    /// <summary>The bytes of the current record, in the form on disk, and all that follows it on its page.</summary>
    public ReadOnlyMemory<byte> CurrentBytes
    {
        get
        {
            var place = _index[_next - 1].Place;
            return _pages[(int)(place >> 32)].WrittenMemory[(int)place..];
        }
    }

    public void Add(RunEntry entry)
    {
        if (_page < 0 || _pages[_page].WrittenCount + entry.Bytes > PageBytes) NextPage();
        var page = _pages[_page];
        _isSorted &= _index.Count == 0 || _index[^1].Time <= entry.Time;
        _index.Add((entry.Time, ((long)_page << 32) | (uint)page.WrittenCount));
        entry.Write(page.GetSpan(entry.Bytes));
        page.Advance(entry.Bytes);
        Bytes += entry.Bytes + (2 * sizeof(long));
    }

    public void Sort()
    {
        if (!_isSorted) _index.Sort(static (a, b) => a.Time != b.Time ? a.Time.CompareTo(b.Time) : a.Place.CompareTo(b.Place));
    }

    public override bool MoveNext() => _next < _index.Count && ++_next > 0;

    /// <summary>Removes all records; the memory is used again.</summary>
    public void Clear()
    {
        foreach (var page in _pages) page.ResetWrittenCount();
        _index.Clear();
        (Bytes, _page, _next, _isSorted) = (0, -1, 0, true);
    }

    private void NextPage()
    {
        if (++_page == _pages.Count) _pages.Add(new());
    }
}

/// <summary>A run on disk.</summary>
internal sealed class FileRun(SpillFile file, long start, long end) : SortedRun
{
    private const int ReadBytes = 64 << 10;

    private byte[] _bytes = [];
    private int _at; // the current record in the bytes
    private int _next;
    private int _filled;
    private long _position = start; // in the file, of the next bytes to read

    public override RunEntry Current => RunEntry.Read(_bytes.AsMemory(_at));

    public override bool MoveNext()
    {
        _at = _next;
        if (!Has(RunEntry.FixedBytes)) return false;
        var length = RunEntry.LengthOf(_bytes.AsSpan(_at));
        Has(length);
        _next = _at + length;
        return true;
    }

    /// <summary>Whether that many bytes follow; loads them.</summary>
    private bool Has(int count)
    {
        if (_filled - _at >= count) return true;
        var rest = _bytes.AsSpan(_at, _filled - _at);
        var bytes = _bytes.Length >= count ? _bytes : new byte[Math.Max(count, ReadBytes)];
        rest.CopyTo(bytes);
        (_bytes, _at, _filled) = (bytes, 0, rest.Length);
        var free = bytes.AsSpan(_filled);
        var read = file.Read(free[..(int)Math.Min(free.Length, end - _position)], _position);
        _position += read;
        _filled += read;
        return _filled >= count;
    }
}
