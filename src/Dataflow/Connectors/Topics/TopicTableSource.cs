using Dataflow.Log;

namespace Dataflow;

/// <summary>Reads a topic as a table's changes: the record's key is the row's, a record without a value deletes it.</summary>
internal sealed class TopicTableSource<TKey, TRow>(Topic<TRow> topic) : TopicSource<TRow, Keyed<TKey, Change<TRow>>>(topic)
    where TKey : notnull
{
    public override bool NeedsValue => false;

    public override void CheckTypes()
    {
        base.CheckTypes();
        _ = KeyCodec<TKey>.Default;
    }

    public override Keyed<TKey, Change<TRow>> Decode(in LogRecord record)
        => new(
            KeyCodec<TKey>.Default.Read(record.Key),
            record.HasValue ? Change<TRow>.Insert(Serde.Read(record.Value)) : Change<TRow>.Delete(default!));
}
