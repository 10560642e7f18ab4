using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dataflow;

/// <summary>Writes texts that UTF-8 has room for; the library writes another character where it has none.</summary>
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

    /// <exception cref="JsonException">The text is none; the library adds the member.</exception>
    public static void Check(ReadOnlySpan<char> text)
    {
        if (HalfPair.IsIn(text)) throw new JsonException("A text holds half of a surrogate pair, which UTF-8 has no bytes for");
    }

    /// <summary>The same for single characters.</summary>
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
