using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Dataflow.Log;

namespace Dataflow.Onnx.Recording;

/// <summary>The last vectors that were recorded, by key: what the topic of the results holds, in memory.</summary>
/// <remarks><code>
/// a record     encoding
/// key          16 bytes            the first half of a SHA-256, of model and text
/// value        4 bytes a dimension the vector's floats, in the order of the processor (little-endian)
/// </code>Records of other models stay until they are the oldest; nobody asks for their keys.</remarks>
internal sealed class RecordedVectors(int keep)
{
    public const int KeyBytes = 16;

    private readonly Dictionary<UInt128, float[]> _vectors = [];
    private readonly Queue<UInt128> _oldestFirst = new();

    public int Keep => keep;

    /// <summary>Reads the last records of a topic.</summary>
    /// <exception cref="ModelException">One of them is no vector.</exception>
    public static RecordedVectors Read(LogStore log, string topic, int keep)
    {
        var recorded = new RecordedVectors(keep);
        var found = log.GetTopic(topic);
        var start = Math.Max(found.StartOffset(0), found.EndOffset(0) - keep);
        using var reader = log.OpenReader(topic, 0, start);
        while (reader.TryRead(out var batch))
        {
            foreach (var record in batch) recorded.Add(topic, in record);
        }

        return recorded;
    }

    public bool TryGet(UInt128 key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out float[] vector)
        => _vectors.TryGetValue(key, out vector);

    /// <summary>Adds a vector and forgets the oldest one if there are too many.</summary>
    public void Add(UInt128 key, float[] vector)
    {
        if (!_vectors.TryAdd(key, vector)) return;
        _oldestFirst.Enqueue(key);
        if (_oldestFirst.Count > keep) _vectors.Remove(_oldestFirst.Dequeue());
    }

    private void Add(string topic, in LogRecord record)
    {
        if (record.Key.Length != KeyBytes || record.Value.Length == 0 || record.Value.Length % sizeof(float) != 0)
            throw ModelException.NotRecorded(topic, record.Offset, record.Key.Length, record.Value.Length);
        Add(BinaryPrimitives.ReadUInt128BigEndian(record.Key.Span), MemoryMarshal.Cast<byte, float>(record.Value.Span).ToArray());
    }
}
