using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>The value alone.</summary>
internal class ValueForm<T>(Serde<T>? serde) : RecordForm<T>
{
    private Serde<T> _serde = serde ?? Serde<T>.Current;

    public override bool NeedsValue => true;

    public override void Open(string topic) => _serde = _serde.For(topic, isKey: false);

    public override T Read(ConsumeResult<Bytes, Bytes> record) => _serde.Read(record.Message.Value.Memory);

    public override void Write(T value, RecordToWrite record) => record.SetValue(value, _serde);
}

/// <summary>The value, with a key made of it.</summary>
internal sealed class KeyedForm<T, TKey>(Func<T, TKey> key, Serde<T>? serde, Serde<TKey>? keySerde) : ValueForm<T>(serde)
{
    private Serde<TKey> _keySerde = keySerde ?? Serde<TKey>.Current;

    public override void Open(string topic)
    {
        base.Open(topic);
        _keySerde = _keySerde.For(topic, isKey: true);
    }

    public override void Write(T value, RecordToWrite record)
    {
        base.Write(value, record);
        record.SetKey(key(value), _keySerde);
    }
}
