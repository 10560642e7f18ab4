using System.Buffers;
using System.Text.Json;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>A manifest as records of a topic: one, or several if it is larger than a record may be; one without a value if there is none
/// any more.</summary>
internal static class ManifestRecords
{
    /// <summary>Appends a manifest; empty: the mark that all was forgotten.</summary>
    public static void Append(RecordBuffer records, long timestamp, ReadOnlySpan<byte> manifest)
    {
        if (manifest.IsEmpty) records.AppendTombstone(timestamp, "forgotten"u8);
        for (; !manifest.IsEmpty; manifest = manifest[Math.Min(EntryParts.MaxBytes, manifest.Length)..])
            records.Append(timestamp, manifest[..Math.Min(EntryParts.MaxBytes, manifest.Length)]);
    }

    /// <summary>Reads the manifest whose records begin at an offset; null: all was forgotten.</summary>
    /// <exception cref="LogException">The records are damaged or were trimmed.</exception>
    /// <exception cref="JsonException">The records are not a manifest.</exception>
    public static Manifest? Read(PartitionedLog log, LogTopic topic, int partition, long from)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using var reader = log.OpenReader(topic.Name, partition, from);
        while (reader.TryReadBefore(topic.EndOffset(partition), out var batch))
        {
            foreach (var record in batch)
            {
                if (!record.HasValue) return null;
                bytes.Write(record.Value.Span);
            }
        }

        return Manifest.Read(bytes.WrittenSpan);
    }
}
