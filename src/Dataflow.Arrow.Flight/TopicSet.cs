using Apache.Arrow;
using Dataflow.Log;
using RecordBatch = Apache.Arrow.RecordBatch;

namespace Dataflow.Arrow.Flight;

/// <summary>A topic of rows. Positions are offsets.</summary>
internal sealed class TopicSet<T>(Topic<T> topic, string name) : ServedSet(name, topic.Name)
{
    internal override Schema Schema { get; } = ArrowRows<T>.Create().Schema;

    internal override (long From, long To) RangeOf(PartitionedLog log, int shard)
    {
        var found = log.GetTopic(Topic);
        return (found.StartOffset(shard), found.EndOffset(shard));
    }

    internal override Schema SchemaOf(ShardTicket ticket) => new(Schema.FieldsList,
    [
        new("dataflow.topic", Topic),
        new("dataflow.partition", $"{ticket.Shard}"),
        new("dataflow.from", $"{ticket.From}"),
        new("dataflow.to", $"{ticket.To}"),
    ]);

    internal override IEnumerable<(RecordBatch Batch, long Next)> Read(PartitionedLog log, ShardTicket ticket)
    {
        var (rows, schema) = (ArrowRows<T>.Create(), SchemaOf(ticket));
        var last = ticket.At;
        foreach (var (value, next) in ticket.Seed is { } seed ? Shuffled(log, ticket, seed) : InOrder(log, ticket))
        {
            rows.Add(value);
            last = next;
            if (rows.Count < MaxRows && rows.VariableBytes < MaxBytes) continue;
            yield return (Batch(), last);
            rows.Clear();
        }

        if (rows.Count > 0) yield return (Batch(), last);

        RecordBatch Batch()
        {
            var batch = rows.ToBatch();
            return new RecordBatch(schema, batch.Arrays, batch.Length);
        }
    }

    private IEnumerable<(T Value, long Next)> InOrder(PartitionedLog log, ShardTicket ticket)
        => Records(log, ticket.Shard, ticket.At, ticket.To).Select(static record => (record.Value, record.Origin.Offset + 1));

    /// <summary>Reads the log's offsets in windows, each in an order decided by the seed, the epoch, the shard and the window.</summary>
    private IEnumerable<(T Value, long Next)> Shuffled(PartitionedLog log, ShardTicket ticket, long seed)
    {
        var (values, order) = (new T[ticket.Window], new ulong[ticket.Window]);
        var start = Math.Max(ticket.From, ticket.At / ticket.Window * ticket.Window);
        using var records = Records(log, ticket.Shard, start, ticket.To).GetEnumerator();
        var isThere = records.MoveNext();
        for (var end = start; start < ticket.To; start = end)
        {
            end = Math.Min(ticket.To, ((start / ticket.Window) + 1) * ticket.Window);
            var count = 0; // fewer than offsets where the log has records of its own between
            for (; isThere && records.Current.Origin.Offset < end; isThere = records.MoveNext(), count++)
            {
                var offset = records.Current.Origin.Offset;
                (values[count], order[count]) = (records.Current.Value, Shuffle.Place(seed, ticket.Epoch, ticket.Shard, offset));
            }

            System.Array.Sort(order, values, 0, count);
            for (var i = (int)Math.Max(0, ticket.At - start); i < count; i++) yield return (values[i], i + 1 < count ? start + i + 1 : end);
        }
    }

    private IEnumerable<Record<T>> Records(PartitionedLog log, int shard, long from, long to)
    {
        if (from < log.GetTopic(Topic).StartOffset(shard)) log.OpenReader(Topic, shard, from).Dispose(); // says what is left
        using var reader = topic.AsSource().Open(
            new SourceSplit(0, shard, $"{Topic}[{shard}]", to), from, new SourceContext(log, TimeProvider.System));
        var records = new Record<T>[1024];
        while (!reader.IsFinished)
        {
            var count = reader.Read(records);
            for (var i = 0; i < count; i++) yield return records[i];
            if (count == 0 && !reader.IsFinished) reader.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        }
    }
}
