using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Dataflow.Log;

namespace Dataflow.Checkpoints;

/// <summary>Puts manifests together from the records of a topic.</summary>
internal sealed class ManifestReader
{
    private readonly OrderedDictionary<string, (long Offset, ArrayBufferWriter<byte> Bytes)> _parts = new(StringComparer.Ordinal);

    public void Add(in LogRecord record)
    {
        if (!record.HasValue)
        {
            _parts.Clear(); // all before was forgotten
            return;
        }

        var key = Encoding.UTF8.GetString(record.Key.Span);
        if (!_parts.TryGetValue(key, out var parts)) _parts.Add(key, parts = (record.Offset, new ArrayBufferWriter<byte>()));
        parts.Bytes.Write(record.Value.Span);
    }

    /// <summary>Takes the manifests that are complete, each with the offset of its first record.</summary>
    /// <exception cref="JsonException">The records are not manifests.</exception>
    public IReadOnlyList<(long Offset, Manifest Manifest)> TakeAll()
    {
        var complete = _parts.Where(static parts => parts.Value.Bytes.WrittenCount >= LengthIn(parts.Key)).ToList();
        foreach (var (key, _) in complete) _parts.Remove(key);
        return [.. complete.Select(static parts => (parts.Value.Offset, Manifest.Read(parts.Value.Bytes.WrittenSpan)))];
    }

    /// <summary>The key of a manifest's records. Those of several processes may stand between its parts.</summary>
    internal static byte[] KeyOf(string owner, long epoch, int length)
        => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{owner}/{epoch}/{length}"));

    private static int LengthIn(string key) // 0: of an older format, which had no keys
        => int.TryParse(key.AsSpan(key.LastIndexOf('/') + 1), CultureInfo.InvariantCulture, out var length) ? length : 0;
}
