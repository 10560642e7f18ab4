using System.Buffers.Binary;

namespace Dataflow.Log.Journaling;

/// <summary>The kind of a journal entry.</summary>
internal enum EntryKind : byte
{
    /// <summary>The whole state up to here; the first entry of every journal file.</summary>
    Checkpoint = 1,

    /// <summary>Appends and group offsets, all or none.</summary>
    Commit = 2,

    /// <summary>A new topic.</summary>
    CreateTopic = 3,

    /// <summary>A partition's start moved up.</summary>
    Trim = 4,

    /// <summary>A topic's settings changed.</summary>
    ConfigureTopic = 5,

    /// <summary>A topic is no more.</summary>
    DeleteTopic = 6,
}

/// <summary>The frame around every journal entry.</summary>
/// <remarks><code>
/// offset  bytes  field
///      0      4  magic              "DFJE"
///      4      4  payload length     bytes after the frame
///      8      4  checksum           CRC-32C of everything after this field, payload included
///     12      1  kind
///     13      3  zero
///     16      8  generation         of the journal file; bytes left over from an earlier use carry another one
///     24      8  sequence           counts entries over all files, without gaps
///     32      8  synced sequence    the last entry that was safe, by the log's promise, before this one was written
///     40         payload
/// </code>All integers little-endian. An entry begins at a multiple of 512 bytes, so that a torn sector never spoils the
/// entry before it.</remarks>
internal readonly record struct JournalEntry(EntryKind Kind, long Sequence, long SyncedSequence, int PayloadBytes)
{
    public const int FrameBytes = 40;
    public const int Alignment = 512;

    private const uint Magic = 0x454a4644;
    private const int ChecksumStart = 12;

    public static int Aligned(int payloadBytes) => (FrameBytes + payloadBytes + Alignment - 1) & -Alignment;

    /// <summary>Writes the frame in front of a payload that is in place.</summary>
    public void Write(Span<byte> entry, long generation)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(entry, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], PayloadBytes);
        BinaryPrimitives.WriteInt32LittleEndian(entry[12..], (byte)Kind);
        BinaryPrimitives.WriteInt64LittleEndian(entry[16..], generation);
        BinaryPrimitives.WriteInt64LittleEndian(entry[24..], Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(entry[32..], SyncedSequence);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], ChecksumOf(entry[..(FrameBytes + PayloadBytes)]));
    }

    /// <summary>Reads a frame; null when these bytes cannot begin an entry of the generation.</summary>
    public static JournalEntry? TryRead(ReadOnlySpan<byte> frame, long generation, long bytesLeft)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(frame) != Magic) return null;
        if (BinaryPrimitives.ReadInt64LittleEndian(frame[16..]) != generation) return null;
        var length = BinaryPrimitives.ReadInt32LittleEndian(frame[4..]);
        if (length < 0 || length > bytesLeft - FrameBytes) return null;
        return new(
            (EntryKind)frame[12],
            BinaryPrimitives.ReadInt64LittleEndian(frame[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(frame[32..]),
            length);
    }

    /// <summary>Whether the whole entry is unchanged since it was written.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> entry) => BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]) == ChecksumOf(entry);

    private static uint ChecksumOf(ReadOnlySpan<byte> entry) => Crc32C.Compute(entry[ChecksumStart..]);
}
