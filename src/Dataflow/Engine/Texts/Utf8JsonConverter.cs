using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dataflow.Texts;

/// <summary>Texts as JSON strings, and as names of members.</summary>
internal sealed class Utf8JsonConverter : JsonConverter<Utf8>
{
    public override Utf8 Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.TokenType == JsonTokenType.String ? TextOf(ref reader)
            : throw new JsonException($"A text is expected, not {reader.TokenType}.");

    public override void Write(Utf8JsonWriter writer, Utf8 value, JsonSerializerOptions options) => writer.WriteStringValue(value.Span);

    public override Utf8 ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => TextOf(ref reader);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, Utf8 value, JsonSerializerOptions options)
        => writer.WritePropertyName(value.Span);

    private static Utf8 TextOf(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped && !reader.HasValueSequence) return new(reader.ValueSpan);
        return new(reader.GetString()!);
    }
}
