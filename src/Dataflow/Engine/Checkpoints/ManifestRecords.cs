using System.Text.Json;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow.Checkpoints;

/// <summary>Manifests as records of a topic: one record, or several of the same key if it is larger than a record may be; one without a
/// value as the mark that all before it was forgotten.</summary>
internal static class ManifestRecords
{
    /// <summary>Appends a manifest.</summary>
    public static void Append(RecordBuffer records, long timestamp, string owner, Manifest manifest)
    {
        ReadOnlySpan<byte> bytes = manifest.ToBytes();
        var key = ManifestReader.KeyOf(owner, manifest.Epoch, bytes.Length);
        for (; !bytes.IsEmpty; bytes = bytes[Math.Min(ChangeRecords.MaxPartBytes, bytes.Length)..])
            records.Append(timestamp, key, bytes[..Math.Min(ChangeRecords.MaxPartBytes, bytes.Length)]);
    }

    /// <summary>Appends the mark that all was forgotten.</summary>
    public static void AppendForgotten(RecordBuffer records, long timestamp) => records.AppendTombstone(timestamp, "forgotten"u8);

    /// <summary>Reads the manifests between two offsets, as far as they were not forgotten, each with the offset of its first
    /// record.</summary>
    /// <exception cref="LogException">The records are damaged or were trimmed.</exception>
    /// <exception cref="JsonException">The records are not manifests.</exception>
    public static IReadOnlyList<(long Offset, Manifest Manifest)> Read(
        PartitionedLog log, LogTopic topic, int partition, long from, long end)
    {
        var manifests = new ManifestReader();
        using var reader = log.OpenReader(topic.Name, partition, from);
        while (reader.TryReadBefore(end, out var batch))
        {
            foreach (var record in batch) manifests.Add(in record);
        }

        return manifests.TakeAll();
    }
}
