using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dataflow.Log;

namespace Dataflow.Checkpoints;

/// <summary>The facts that the file of an image tells about itself.</summary>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="Topic">The name of its changelog.</param>
/// <param name="Identity">What tells the changelog from another of its name: see <see cref="PartitionedLog.GetTopicIdentity"/>.</param>
/// <param name="Shard">The shard.</param>
/// <param name="Position">The offset of the first change that is not in it.</param>
/// <param name="From">The offset from which its changes were read.</param>
/// <param name="ChangedBytes">The bytes of these.</param>
/// <param name="Records">The number of records that follow.</param>
internal sealed record ImageHeader(
    string Pipeline, string Topic, string Identity, int Shard, long Position, long From, long ChangedBytes, int Records);

[JsonSerializable(typeof(ImageHeader))]
internal sealed partial class ImageJson : JsonSerializerContext;

/// <summary>A file with the image of a shard. It is there as a whole or not at all, and what was damaged since is noticed.</summary>
/// <remarks><code>
/// offset  bytes  field
///      0      4  "dfim"
///      4      4  version of the format, 1
///      8      4  length of the header
///     12     32  SHA-256 of the bytes before, and of the header
///     44         header, an ImageHeader as JSON
///                records, as a snapshot has them; of each:
///      0      4  length of the key
///      4      4  length of the value
///      8     32  SHA-256 of both lengths, the key and the value
///     40         key, value
/// </code>All integers little-endian.</remarks>
internal static class ImageFile
{
    /// <summary>The ending of the name of a file that is being written.</summary>
    public const string Unfinished = ".tmp";

    private const int Magic = 0x6d696664; // "dfim"
    private const int Version = 1;
    private const int HashBytes = SHA256.HashSizeInBytes;
    private const int StartBytes = 3 * sizeof(int);
    private const int LengthsBytes = 2 * sizeof(int);
    private const int WriteBytes = 1 << 20;
    private const int MaxHeaderBytes = 64 << 10;
    private const int MaxRecordBytes = 32 << 20; // one of the log has at most 16 MiB

    /// <summary>Writes an image in place of an older one.</summary>
    /// <exception cref="IOException">The disk refuses it; the older one is still there.</exception>
    public static void Write(IFileSystem files, string path, ImageHeader header, RecordBuffer records)
    {
        var unfinished = path + Unfinished;
        files.Delete(unfinished);
        try
        {
            using (var file = files.Open(unfinished, FileMode.CreateNew)) Write(file, header, records);
            files.Rename(unfinished, path);
            files.SyncDirectory(Path.GetDirectoryName(path)!);
        }
        catch (IOException)
        {
            files.Delete(unfinished);
            throw;
        }
    }

    /// <exception cref="InvalidDataException">It is damaged, or of another version.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ImageHeader ReadHeader(IFile file) => ReadHeader(file, out _);

    /// <summary>Reads the image that was written.</summary>
    /// <inheritdoc cref="ReadHeader(IFile)"/>
    public static ShardImage Read(IFile file)
    {
        var header = ReadHeader(file, out var position);
        var image = new ShardImage(header);
        try
        {
            var bytes = new byte[WriteBytes];
            for (var left = header.Records; left > 0; left--) position = ReadRecord(file, position, ref bytes, image);
            return position == file.Length ? image : throw new InvalidDataException("there is something behind its last record");
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private static void Write(IFile file, ImageHeader header, RecordBuffer records)
    {
        var (bytes, position) = (new ArrayBufferWriter<byte>(WriteBytes), 0L);
        WriteHeader(bytes, header);
        foreach (var record in records)
        {
            if (bytes.WrittenCount >= WriteBytes) Flush();
            WriteRecord(bytes, record.Key.Span, record.Value.Span);
        }

        Flush();
        file.Sync();

        void Flush()
        {
            file.Write(bytes.WrittenSpan, position);
            position += bytes.WrittenCount;
            bytes.ResetWrittenCount();
        }
    }

    private static void WriteHeader(ArrayBufferWriter<byte> bytes, ImageHeader header)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(header, ImageJson.Default.ImageHeader);
        var start = bytes.GetSpan(StartBytes + HashBytes);
        BinaryPrimitives.WriteInt32LittleEndian(start, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(start[4..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(start[8..], text.Length);
        Hash(start[..StartBytes], text, default, start.Slice(StartBytes, HashBytes));
        bytes.Advance(StartBytes + HashBytes);
        bytes.Write(text);
    }

    private static void WriteRecord(ArrayBufferWriter<byte> bytes, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var start = bytes.GetSpan(LengthsBytes + HashBytes);
        BinaryPrimitives.WriteInt32LittleEndian(start, key.Length);
        BinaryPrimitives.WriteInt32LittleEndian(start[4..], value.Length);
        Hash(start[..LengthsBytes], key, value, start.Slice(LengthsBytes, HashBytes));
        bytes.Advance(LengthsBytes + HashBytes);
        bytes.Write(key);
        bytes.Write(value);
    }

    private static ImageHeader ReadHeader(IFile file, out long next)
    {
        Span<byte> start = stackalloc byte[StartBytes + HashBytes];
        ReadWhole(file, start, 0);
        if (BinaryPrimitives.ReadInt32LittleEndian(start) != Magic) throw Damaged("it does not begin as an image does");
        var version = BinaryPrimitives.ReadInt32LittleEndian(start[4..]);
        if (version != Version) throw new InvalidDataException($"its format is {version}, of another version of Dataflow");
        var length = BinaryPrimitives.ReadInt32LittleEndian(start[8..]);
        if (length is <= 0 or > MaxHeaderBytes) throw Damaged("its header");
        var text = new byte[length];
        ReadWhole(file, text, start.Length);
        Check(start[..StartBytes], text, default, start[StartBytes..]);
        next = start.Length + length;
        return JsonSerializer.Deserialize(text, ImageJson.Default.ImageHeader)!; // as it was written: the checksum is right
    }

    private static long ReadRecord(IFile file, long position, ref byte[] bytes, ShardImage image)
    {
        Span<byte> start = stackalloc byte[LengthsBytes + HashBytes];
        ReadWhole(file, start, position);
        var (key, value) = (BinaryPrimitives.ReadInt32LittleEndian(start), BinaryPrimitives.ReadInt32LittleEndian(start[4..]));
        if (key is <= 0 or > MaxRecordBytes || value is < 0 or > MaxRecordBytes) throw Damaged("the lengths of a record");
        if (key + value > bytes.Length) bytes = new byte[key + value];
        var content = bytes.AsSpan(0, key + value);
        ReadWhole(file, content, position + start.Length);
        Check(start[..LengthsBytes], content[..key], content[key..], start[LengthsBytes..]);
        image.Load(content[..key], content[key..]);
        return position + start.Length + content.Length;
    }

    private static void ReadWhole(IFile file, Span<byte> bytes, long position)
    {
        if (file.Read(bytes, position) < bytes.Length) throw Damaged("its end is missing");
    }

    private static void Check(ReadOnlySpan<byte> start, ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, ReadOnlySpan<byte> stored)
    {
        Span<byte> hash = stackalloc byte[HashBytes];
        Hash(start, one, other, hash);
        if (!hash.SequenceEqual(stored)) throw Damaged("a checksum does not fit");
    }

    private static void Hash(ReadOnlySpan<byte> start, ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, Span<byte> hash)
    {
        using var hashing = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hashing.AppendData(start);
        hashing.AppendData(one);
        hashing.AppendData(other);
        hashing.GetHashAndReset(hash);
    }

    private static InvalidDataException Damaged(string where) => new($"damaged: {where}");
}
