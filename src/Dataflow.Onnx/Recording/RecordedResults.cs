using System.Runtime.InteropServices;
using Dataflow.Log;

namespace Dataflow.Onnx.Recording;

/// <summary>The most recent results of the topic, by key, in memory, bounded by number and age.</summary>
/// <remarks>Results of other models stay until they are the oldest; nobody asks for their keys. The topic has one reader, for one thread at
/// a time; everything else is guarded by the recorder.</remarks>
internal sealed class RecordedResults : IDisposable
{
    private readonly InferenceOptions _options;
    private readonly TimeProvider _time;
    private readonly LogTopic _topic;
    private readonly PartitionReader _reader;
    private readonly Dictionary<UInt128, Entry> _entries = [];
    private readonly Queue<(UInt128 Key, long Timestamp)> _oldestFirst = new();
    private readonly Queue<(long Offset, long Timestamp)> _places = new(); // in the topic, of what was read
    private readonly Dictionary<uint, int> _dimensions = [];
    private bool _isRead; // all that was there at the start

    private RecordedResults(PartitionedLog log, LogTopic topic, InferenceOptions options, TimeProvider time)
    {
        (_topic, _options, _time) = (topic, options, time);
        _reader = log.OpenReader(topic.Name, 0, topic.StartOffset(0));
    }

    /// <summary>The last account of each model.</summary>
    public Dictionary<uint, Account> Accounts { get; } = [];

    /// <summary>The number of the topic's records that could not be used, so that their texts are embedded again.</summary>
    public long Damaged { get; private set; }

    /// <summary>The offset in the topic before which no result is kept.</summary>
    public long Start => _places.TryPeek(out var first) ? first.Offset : _reader.Position;

    /// <summary>Reads a topic.</summary>
    public static RecordedResults Read(PartitionedLog log, LogTopic topic, InferenceOptions options, TimeProvider time)
    {
        var recorded = new RecordedResults(log, topic, options, time);
        try
        {
            for (var end = topic.StableOffset(0); recorded.TryRead(end, out var batch);) recorded.Add(in batch);
            recorded._isRead = true;
            return recorded;
        }
        catch
        {
            recorded.Dispose();
            throw;
        }
    }

    /// <summary>Reads what was recorded since, by other processes too.</summary>
    public bool TryRead(long end, out RecordBatch batch)
    {
        while (true)
        {
            try
            {
                return _reader.TryReadBefore(end, out batch);
            }
            catch (OffsetOutOfRangeException)
            {
                _reader.Seek(_topic.StartOffset(0)); // others have trimmed the topic
            }
        }
    }

    /// <summary>Adds what was read.</summary>
    public void Add(in RecordBatch batch)
    {
        foreach (var record in batch) Add(in record);
        while (_places.Count > _options.KeepResults || (_places.Count > 1 && IsOver(_places.Peek().Timestamp))) _places.Dequeue();
    }

    public void Dispose() => _reader.Dispose();

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
        while (_oldestFirst.Count > _options.KeepResults || (_oldestFirst.Count > 1 && IsOver(_oldestFirst.Peek().Timestamp))) Forget();
    }

    private void Add(in LogRecord record)
    {
        _places.Enqueue((record.Offset, record.Timestamp));
        if (_isRead && IsThere(in record)) return;
        if (ResultFormat.TryRead(in record, out var found) && IsLengthOf(found.Model, found.Text.Vector.Length))
        {
            if (!_isRead) Accounts[found.Model] = found.Account;
            Add(found.Key, found.Text, record.Timestamp);
        }
        else
        {
            Damaged++;
        }
    }

    /// <summary>Whether a record is of this process, or no newer than one that is.</summary>
    private bool IsThere(in LogRecord record)
        => ResultFormat.TryReadKey(in record, out var key) && _entries.TryGetValue(key, out var entry)
            && entry.Timestamp >= record.Timestamp;

    private void Forget()
    {
        var (key, timestamp) = _oldestFirst.Dequeue();
        if (_entries.TryGetValue(key, out var entry) && entry.Timestamp == timestamp) _entries.Remove(key); // else it was made anew
    }

    private bool IsOver(long timestamp)
        => _options.KeepFor is { } span && _time.GetUtcNow().ToUnixTimeMilliseconds() - timestamp >= span.TotalMilliseconds;

    private readonly record struct Entry(EmbeddedText Result, long Timestamp);
}
