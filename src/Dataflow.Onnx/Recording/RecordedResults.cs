using System.Runtime.InteropServices;
using Dataflow.Log;

namespace Dataflow.Onnx.Recording;

/// <summary>The most recent results of the topic, by key, in memory, bounded by number and age.</summary>
/// <remarks>Results of other models stay until they are the oldest; nobody asks for their keys.</remarks>
internal sealed class RecordedResults(InferenceOptions options, TimeProvider time)
{
    private readonly Dictionary<UInt128, Entry> _entries = [];
    private readonly Queue<(UInt128 Key, long Timestamp)> _oldestFirst = new();
    private readonly Dictionary<uint, int> _dimensions = [];

    public int Count => _oldestFirst.Count;

    /// <summary>The last account of each model.</summary>
    public Dictionary<uint, Account> Accounts { get; } = [];

    /// <summary>The number of the topic's records that could not be used, so that their texts are embedded again.</summary>
    public long Damaged { get; private set; }

    /// <summary>Reads the last records of a topic.</summary>
    public static RecordedResults Read(PartitionedLog log, string topic, InferenceOptions options, TimeProvider time)
    {
        var recorded = new RecordedResults(options, time);
        var kept = log.GetTopic(topic);
        var end = kept.EndOffset(0);
        var start = Math.Max(kept.StartOffset(0), end - options.KeepResults);
        using var reader = log.OpenReader(topic, 0, start);
        while (reader.TryReadBefore(end, out var batch))
        {
            foreach (var record in batch)
            {
                if (ResultFormat.TryRead(in record, out var found) && recorded.IsLengthOf(found.Model, found.Text.Vector.Length))
                {
                    recorded.Accounts[found.Model] = found.Account;
                    recorded.Add(found.Key, found.Text, record.Timestamp);
                }
                else
                {
                    recorded.Damaged++;
                    recorded._oldestFirst.Enqueue((default, record.Timestamp)); // it takes a place in the topic
                }
            }
        }

        return recorded;
    }

    public bool TryGet(UInt128 key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out EmbeddedText result)
    {
        var isKept = _entries.TryGetValue(key, out var entry) && !IsOver(entry.Timestamp);
        result = entry.Result;
        return isKept;
    }

    /// <summary>Whether a vector has the length of a model's first one.</summary>
    public bool IsLengthOf(uint model, int length)
    {
        ref var dimensions = ref CollectionsMarshal.GetValueRefOrAddDefault(_dimensions, model, out var isKnown);
        if (!isKnown) dimensions = length;
        return dimensions == length;
    }

    /// <summary>Returns the length of a model's vectors, if there is one.</summary>
    public int DimensionsOf(uint model) => _dimensions[model];

    /// <summary>Adds a result and removes the oldest ones, if there are too many or they are too old.</summary>
    /// <param name="key">The key.</param>
    /// <param name="result">Its result.</param>
    /// <param name="timestamp">The time of the result, ms since the Unix epoch.</param>
    public void Add(UInt128 key, EmbeddedText result, long timestamp)
    {
        _entries[key] = new(result, timestamp);
        _oldestFirst.Enqueue((key, timestamp));
        while (_oldestFirst.Count > options.KeepResults || (Count > 1 && IsOver(_oldestFirst.Peek().Timestamp))) Forget();
    }

    private void Forget()
    {
        var (key, timestamp) = _oldestFirst.Dequeue();
        if (_entries.TryGetValue(key, out var entry) && entry.Timestamp == timestamp) _entries.Remove(key); // else it was made anew
    }

    private bool IsOver(long timestamp)
        => options.KeepFor is { } span && time.GetUtcNow().ToUnixTimeMilliseconds() - timestamp >= span.TotalMilliseconds;

    private readonly record struct Entry(EmbeddedText Result, long Timestamp);
}
