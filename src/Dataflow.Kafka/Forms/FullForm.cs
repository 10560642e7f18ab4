using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>All of a record.</summary>
internal sealed class FullForm<TKey, T>(Serde<TKey>? key, Serde<T>? value) : RecordForm<KafkaRecord<TKey, T>>
{
    private Serde<TKey> _key = key ?? Serde<TKey>.Current;
    private Serde<T> _value = value ?? Serde<T>.Current;

    public override bool NeedsAll => true;

    public override void Open(string topic)
        => (_key, _value) = (_key.For(topic, isKey: true), _value.For(topic, isKey: false));

    public override KafkaRecord<TKey, T> Read(ConsumeResult<Bytes, Bytes> record)
    {
        var (key, value) = (record.Message.Key, record.Message.Value);
        return new(key.IsNull ? default : _key.Read(key.Memory), value.IsNull ? default : _value.Read(value.Memory))
        {
            HasKey = !key.IsNull,
            HasValue = !value.IsNull,
            Headers = record.Message.Headers is { Count: > 0 } headers
                ? [.. headers.Select(static header => new KafkaHeader(header.Key, header.GetValueBytes()))] : [],
            Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(record.Message.Timestamp.UnixTimestampMs),
            Topic = record.Topic,
            Partition = record.Partition,
            Offset = record.Offset,
        };
    }

    public override void Write(KafkaRecord<TKey, T> value, RecordToWrite record)
    {
        if (value.HasKey) record.SetKey(value.Key!, _key);
        if (value.HasValue) record.SetValue(value.Value!, _value);
        foreach (var header in value.Headers) record.Add(header);
    }
}
