using System.Buffers.Binary;

namespace Dataflow.Log.Journaling;

/// <summary>One numbered file of the journal: a header sector, then entries, then bytes of no meaning.</summary>
/// <remarks><code>
/// offset  bytes  field of the header
///      0      4  magic         "DFJF"
///      4      4  format        2
///      8      8  generation    equal to the file's name; another one means that the file waits to be used again
///     16      8  successor     the file that the journal goes on in, once its checkpoint is safe; 0 before
///     24      4  checksum      CRC-32C of the bytes before
/// </code>All integers little-endian.</remarks>
internal sealed class JournalFile(IFile file, string path, long generation) : IDisposable
{
    public const int HeaderBytes = JournalEntry.Alignment;

    private const uint Magic = 0x464a4644;
    private const int Format = 2;
    private const int ChecksumStart = 24;
    private const int ZeroStepBytes = 4 << 20;
    private static readonly byte[] Zeros = new byte[256 << 10];

    public string Path { get; } = path;

    public long Generation { get; } = generation;

    public long Length { get; private set; } = file.Length;

    /// <summary>Writes the file's generation into its header and, when the journal has left it, that of its successor.</summary>
    public void WriteHeader(long successor = 0)
    {
        var header = new byte[HeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), Format);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), Generation);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), successor);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(ChecksumStart), Crc32C.Compute(header.AsSpan(0, ChecksumStart)));
        file.Write(header, 0);
        Length = Math.Max(Length, HeaderBytes);
    }

    /// <summary>Whether the header is intact and names this generation.</summary>
    /// <param name="successor">The generation in which the journal continues, or 0.</param>
    /// <exception cref="LogException">A program with another storage format wrote it.</exception>
    public bool TryReadHeader(out long successor)
    {
        Span<byte> header = stackalloc byte[ChecksumStart + sizeof(uint)];
        successor = 0;
        if (file.Read(header, 0) < header.Length) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != Magic) return false;
        var format = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        var checksumStart = format == 1 ? 16 : ChecksumStart;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[checksumStart..]) != Crc32C.Compute(header[..checksumStart])) return false;
        if (format != Format) throw LogException.FormatUnknown(Path, format, Format);
        successor = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        return BinaryPrimitives.ReadInt64LittleEndian(header[8..]) == Generation;
    }

    /// <summary>Writes zeros ahead of the entries, so that a sync has no new length or blocks to record.</summary>
    /// <param name="length">The smallest length of the file.</param>
    /// <param name="limit">The largest length; never less than <paramref name="length"/>.</param>
    public void ZeroAheadTo(long length, long limit)
    {
        if (length <= Length) return;
        var target = Math.Max(length, Math.Min(limit, length + ZeroStepBytes));
        for (var position = Length; position < target; position += Zeros.Length)
        {
            var count = (int)Math.Min(Zeros.Length, target - position);
            file.Write(Zeros.AsSpan(0, count), position);
            Length = position + count;
        }
    }

    public void Write(ReadOnlySpan<byte> entry, long position) => file.Write(entry, position);

    public int Read(Span<byte> buffer, long position) => file.Read(buffer, position);

    public void SyncOrFail() => file.SyncOrFail();

    public void Dispose() => file.Dispose();
}
