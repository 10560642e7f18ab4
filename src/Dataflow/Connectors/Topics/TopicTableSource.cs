using Dataflow.Log;

namespace Dataflow;

/// <summary>Reads a topic as a table's changes: the record's key is the row's, a record without a value deletes it.</summary>
internal sealed class TopicTableSource<TKey, TRow>(Topic<TRow> topic) : TopicSource<TRow, Keyed<TKey, Change<TRow>>>(topic)
    where TKey : notnull
{
    public override bool NeedsValue => false;

    public override TopicValues? Reads => base.Reads!.WithKeys(KeyCodec<TKey>.Default);

    public override void CheckTypes()
    {
        base.CheckTypes();
        _ = KeyCodec<TKey>.Default;
    }

    public override void Decode(in LogRecord record, TextLease? lease, out Keyed<TKey, Change<TRow>> value)
    {
        var (key, row) = (KeyCodec<TKey>.Default.Read(record.Key), default(TRow)!);
        if (record.HasValue) Serde.ReadWithin(record.Value, lease, out row);
        value = new(key, record.HasValue ? Change<TRow>.Insert(row) : Change<TRow>.Delete(row));
    }
}
