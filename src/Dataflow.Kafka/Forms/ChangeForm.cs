using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>A change of a table's row: a record without a value deletes it.</summary>
internal sealed class ChangeForm<TKey, TRow>(Serde<TKey>? key, Serde<TRow>? value) : RecordForm<Keyed<TKey, Change<TRow>>>
{
    private Serde<TKey> _key = key ?? Serde<TKey>.Current;
    private Serde<TRow> _value = value ?? Serde<TRow>.Current;

    public override void Open(string topic)
        => (_key, _value) = (_key.For(topic, isKey: true), _value.For(topic, isKey: false));

    public override Keyed<TKey, Change<TRow>> Read(ConsumeResult<Bytes, Bytes> record)
    {
        var (key, value) = (record.Message.Key, record.Message.Value);
        if (key.IsNull) throw new DataflowException("The record has no key, so it is no row of a table.");
        return new(
            _key.Read(key.Memory),
            value.IsNull ? Change<TRow>.Delete(default!) : Change<TRow>.Insert(_value.Read(value.Memory)));
    }

    public override void Write(Keyed<TKey, Change<TRow>> value, RecordToWrite record)
    {
        record.SetKey(value.Key, _key);
        if (value.Value.HasNew) record.SetValue(value.Value.New, _value);
    }
}
