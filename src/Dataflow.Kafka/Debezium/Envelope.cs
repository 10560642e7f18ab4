using System.Text.Json;

namespace Dataflow.Kafka;

/// <summary>The parts of one of Debezium's messages, as JSON; empty where there is none.</summary>
internal readonly ref struct Envelope
{
    /// <summary>The row before the change.</summary>
    public ReadOnlySpan<byte> Before { get; private init; }

    /// <summary>The row after the change.</summary>
    public ReadOnlySpan<byte> After { get; private init; }

    /// <summary>The letter of the operation.</summary>
    public string Operation { get; private init; }

    /// <summary>A message without the schema that Connect may put beside it.</summary>
    public static ReadOnlySpan<byte> PayloadOf(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> payload = default;
        var (hasSchema, hasPayload) = (false, false);
        var reader = new Utf8JsonReader(message);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return message;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isPayload = reader.ValueTextEquals("payload"u8);
            if (!isPayload && !reader.ValueTextEquals("schema"u8)) return message;
            var value = ValueOf(ref reader, message);
            if (isPayload) payload = value;
            hasPayload |= isPayload;
            hasSchema |= !isPayload;
        }

        return hasSchema && hasPayload ? payload : message;
    }

    public static Envelope Of(ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> before = default, after = default;
        var operation = "";
        var reader = new Utf8JsonReader(payload);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw DebeziumErrors.NoChange();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("before"u8)) before = ValueOf(ref reader, payload);
            else if (reader.ValueTextEquals("after"u8)) after = ValueOf(ref reader, payload);
            else if (!reader.ValueTextEquals("op"u8)) reader.Skip();
            else if (reader.Read() && reader.TokenType == JsonTokenType.String) operation = reader.GetString()!;
        }

        return new() { Before = before, After = after, Operation = operation };
    }

    /// <summary>The JSON of a property's value; empty for null.</summary>
    private static ReadOnlySpan<byte> ValueOf(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return reader.TokenType == JsonTokenType.Null ? default : json[start..(int)reader.BytesConsumed];
    }
}
