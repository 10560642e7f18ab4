using System.Buffers;
using System.Runtime.InteropServices;
using Dataflow.Log;

namespace Dataflow.Kafka;

/// <summary>A record as bytes, made anew for each value in the same memory.</summary>
internal sealed class RecordToWrite
{
    private readonly ArrayBufferWriter<byte> _key = new();
    private readonly ArrayBufferWriter<byte> _value = new();
    private readonly List<RecordHeader> _headers = [];
    private bool _hasValue;

    /// <summary>The size that Kafka's clients compare with <c>message.max.bytes</c>.</summary>
    public long Bytes => _key.WrittenCount + _value.WrittenCount + (long)_headers.Sum(
        static header => header.Utf8Name.Length + header.Value.Length);

    public bool HasKey { get; private set; }

    public ReadOnlySpan<byte> Key => _key.WrittenSpan;

    public void Clear()
    {
        _key.ResetWrittenCount();
        _value.ResetWrittenCount();
        _headers.Clear();
        (HasKey, _hasValue) = (false, false);
    }

    public void SetKey<T>(T key, Serde<T> serde)
    {
        serde.Write(key, _key);
        HasKey = true;
    }

    public void SetValue<T>(T value, Serde<T> serde)
    {
        serde.Write(value, _value);
        _hasValue = true;
    }

    public void Add(KafkaHeader header)
        => _headers.Add(header.Value is { } value ? new RecordHeader(header.Name, value) : new RecordHeader(header.Name));

    /// <summary>Appends the record as it is to go to Kafka.</summary>
    public void AppendTo(RecordBuffer records, long timestamp)
    {
        var headers = CollectionsMarshal.AsSpan(_headers);
        if (!HasKey && !_hasValue) throw new DataflowException("The record has neither a key nor a value. Leave it out.");
        if (!HasKey) records.Append(timestamp, _value.WrittenSpan, headers);
        else if (_hasValue) records.Append(timestamp, _key.WrittenSpan, _value.WrittenSpan, headers);
        else records.AppendTombstone(timestamp, _key.WrittenSpan, headers);
    }
}
