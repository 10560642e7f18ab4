using System.Buffers.Binary;
using System.Text;

namespace Dataflow.Log.Journaling;

/// <summary>Collects a journal entry's payload behind room for its frame; reusable.</summary>
internal sealed class EntryWriter
{
    private const int KeptBytes = 4 << 20;
    private byte[] _bytes = new byte[4 << 10];

    /// <summary>The bytes so far, frame included.</summary>
    public int Length { get; private set; } = JournalEntry.FrameBytes;

    public int PayloadBytes => Length - JournalEntry.FrameBytes;

    /// <summary>Returns the room for the frame and the payload, padded with zeros to whole sectors.</summary>
    public Span<byte> Entry()
    {
        var aligned = JournalEntry.Aligned(PayloadBytes);
        Reserve(aligned - Length);
        _bytes.AsSpan(Length, aligned - Length).Clear();
        return _bytes.AsSpan(0, aligned);
    }

    public Span<byte> Slice(int start, int length) => _bytes.AsSpan(start, length);

    /// <summary>Begins a new payload; frees the memory of an unusually large one.</summary>
    public void Clear()
    {
        Length = JournalEntry.FrameBytes;
        if (_bytes.Length > KeptBytes) _bytes = new byte[KeptBytes];
    }

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void Text(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Int32(length);
        Encoding.UTF8.GetBytes(value, Take(length));
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    private Span<byte> Take(int count)
    {
        Reserve(count);
        var taken = _bytes.AsSpan(Length, count);
        Length += count;
        return taken;
    }

    private void Reserve(int count)
    {
        if (Length + count > _bytes.Length) Array.Resize(ref _bytes, Math.Max(Length + count + JournalEntry.Alignment, _bytes.Length * 2));
    }
}
