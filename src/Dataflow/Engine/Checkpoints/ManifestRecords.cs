using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>A manifest as records of a topic: one, or several if it is larger than a record may be.</summary>
/// <remarks><code>
/// record          key                                     value
/// all but one     none                                    a part of the manifest
/// the last one    how many parts stand before it, if any  the rest; none: all was forgotten
/// </code></remarks>
internal static class ManifestRecords
{
    /// <summary>Appends a manifest, or the mark that there is none any more.</summary>
    /// <returns>The number of records.</returns>
    public static int Append(RecordBuffer records, long timestamp, ReadOnlySpan<byte> manifest)
    {
        if (manifest.IsEmpty)
        {
            records.AppendTombstone(timestamp, "forgotten"u8);
            return 1;
        }

        var parts = 0;
        for (; manifest.Length > EntryParts.MaxBytes; manifest = manifest[EntryParts.MaxBytes..], parts++)
            records.Append(timestamp, manifest[..EntryParts.MaxBytes]);
        Span<byte> key = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(key, parts);
        if (parts == 0) records.Append(timestamp, manifest);
        else records.Append(timestamp, key, manifest);
        return parts + 1;
    }

    /// <summary>Reads the manifest whose last record has the given offset; null: all was forgotten.</summary>
    /// <exception cref="LogException">The records are damaged or were trimmed.</exception>
    /// <exception cref="JsonException">The records are not a manifest.</exception>
    public static Manifest? Read(LogStore log, string topic, int partition, long last)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var (hasValue, parts) = Read(last);
        if (parts > 0) Read(last - parts);
        return hasValue ? Manifest.Read(bytes.WrittenSpan) : null;

        (bool HasValue, int Parts) Read(long from)
        {
            bytes.ResetWrittenCount();
            using var reader = log.OpenReader(topic, partition, from);
            while (reader.TryRead(out var batch))
            {
                foreach (var record in batch)
                {
                    bytes.Write(record.Value.Span);
                    if (record.Offset == last)
                        return (record.HasValue,
                            record is { HasValue: true, HasKey: true } ? BinaryPrimitives.ReadInt32LittleEndian(record.Key.Span) : 0);
                }
            }

            throw new JsonException("The last record is missing.");
        }
    }
}
