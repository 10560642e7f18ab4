using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Confluent.Kafka;

namespace Dataflow.Kafka;

/// <summary>A change of a row of a database's table. A record without a value deletes the row too: it may be all that compaction has left
/// of a delete.</summary>
internal sealed class DebeziumForm<TKey, TRow>(JsonSerializerOptions options) : ReadForm<Keyed<TKey, Change<TRow>>>
{
    private readonly JsonTypeInfo<TKey> _key = (JsonTypeInfo<TKey>)options.GetTypeInfo(typeof(TKey));
    private readonly JsonTypeInfo<TRow> _row = (JsonTypeInfo<TRow>)options.GetTypeInfo(typeof(TRow));

    public override Keyed<TKey, Change<TRow>> Read(ConsumeResult<Bytes, Bytes> record)
    {
        var (key, value) = (record.Message.Key, record.Message.Value);
        var change = value.IsNull ? Change<TRow>.Delete(default!) : ChangeOf(Envelope.PayloadOf(value.Memory.Span));
        if (key.IsNull) throw DebeziumErrors.NoKey();
        return new(KeyOf(Envelope.PayloadOf(key.Memory.Span)), change);
    }

    private Change<TRow> ChangeOf(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty) return Change<TRow>.Delete(default!);
        var envelope = Envelope.Of(payload);
        return envelope.Operation switch
        {
            "c" or "r" => Change<TRow>.Insert(RowOf(envelope.After)),
            "u" when TryRowOf(envelope.Before, out var old) => Change<TRow>.Update(old, RowOf(envelope.After)),
            "u" => Change<TRow>.Insert(RowOf(envelope.After)),
            "d" => Change<TRow>.Delete(TryRowOf(envelope.Before, out var old) ? old : default!),
            "t" => throw DebeziumErrors.Truncated(),
            _ => throw DebeziumErrors.NoChange(),
        };
    }

    /// <summary>The key: of the columns that it is of or, where it is one column and the type no object, that column's value.</summary>
    private TKey KeyOf(ReadOnlySpan<byte> payload)
    {
        var reader = new Utf8JsonReader(payload);
        if (_key.Kind == JsonTypeInfoKind.None && reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            reader.Read(); // the name of the column
            reader.Read();
            var key = JsonSerializer.Deserialize(ref reader, _key)!;
            return reader.Read() && reader.TokenType == JsonTokenType.EndObject ? key : throw DebeziumErrors.KeyOfSeveral(typeof(TKey));
        }

        return JsonSerializer.Deserialize(payload, _key)!;
    }

    private TRow RowOf(ReadOnlySpan<byte> json)
        => json.IsEmpty ? throw DebeziumErrors.NoChange() : JsonSerializer.Deserialize(json, _row)!;

    /// <summary>The row before a change. A database may give its key's columns only, with null for others: then it is not known.</summary>
    private bool TryRowOf(ReadOnlySpan<byte> json, out TRow row)
    {
        row = default!;
        if (json.IsEmpty) return false;
        try
        {
            row = RowOf(json);
            return true;
        }
        catch (Exception error) when (error is JsonException or DataflowException)
        {
            return false;
        }
    }
}
