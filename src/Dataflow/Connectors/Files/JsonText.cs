using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dataflow;

/// <summary>Writes texts that UTF-8 can represent and refuses others, for which the library would write another character.</summary>
internal sealed class JsonText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        Check(value);
        writer.WriteStringValue(value);
    }

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        => reader.GetString()!;

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options)
    {
        Check(value);
        writer.WritePropertyName(value);
    }

    /// <exception cref="JsonException">The text is invalid; the library adds the member.</exception>
    public static void Check(ReadOnlySpan<char> text)
    {
        if (HalfPair.IsIn(text)) throw new JsonException("A text holds half of a surrogate pair, which UTF-8 has no bytes for");
    }

    /// <summary>Writes single characters in the same way.</summary>
    internal sealed class OfCharacter : JsonConverter<char>
    {
        public override char Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            => reader.GetString() is [var only] ? only : throw new JsonException();

        public override void Write(Utf8JsonWriter writer, char value, JsonSerializerOptions options)
        {
            Check([value]);
            writer.WriteStringValue([value]);
        }
    }
}
