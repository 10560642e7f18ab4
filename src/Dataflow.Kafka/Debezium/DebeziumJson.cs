using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dataflow.Kafka;

/// <summary>Columns as Debezium writes them in JSON.</summary>
internal static class DebeziumJson
{
    private static readonly JsonSerializerOptions s_usual = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        PropertyNameCaseInsensitive = true,
        NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true, // null for a column that the row must have is an error, not a row
        RespectRequiredConstructorParameters = true,
        Converters = { new DateReader(), new TimeReader(), new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private static readonly JsonSerializerOptions s_default = With(s_usual);

    /// <summary>Options that also notice columns that a change does not have.</summary>
    public static JsonSerializerOptions With(JsonSerializerOptions? options)
    {
        if (options is null) return s_default;
        var json = new JsonSerializerOptions(options) { Converters = { new TextReader(), new BytesReader() } };
        json.MakeReadOnly(populateMissingResolver: true);
        return json;
    }

    /// <summary>Days since 1970, or <c>2026-01-31Z</c>.</summary>
    private sealed class DateReader : ReadOnlyConverter<DateOnly>
    {
        private static readonly int s_epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

        public override DateOnly Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            => reader.TokenType == JsonTokenType.Number
                ? DateOnly.FromDayNumber(s_epoch + reader.GetInt32())
                : DateOnly.TryParseExact(reader.GetString()?.TrimEnd('Z'), "yyyy-MM-dd", CultureInfo.InvariantCulture, 0, out var date)
                    ? date : throw new JsonException();
    }

    /// <summary>A time such as <c>12:34:56.789Z</c>.</summary>
    private sealed class TimeReader : ReadOnlyConverter<TimeOnly>
    {
        public override TimeOnly Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            => reader.TokenType == JsonTokenType.String
                && TimeOnly.TryParse(reader.GetString()!.TrimEnd('Z'), CultureInfo.InvariantCulture, out var time)
                    ? time : throw new JsonException();
    }

    private sealed class TextReader : ReadOnlyConverter<string>
    {
        public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            => reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("__debezium_unavailable_value"u8)
                ? throw DebeziumErrors.NotGiven() : reader.GetString()!;
    }

    private sealed class BytesReader : ReadOnlyConverter<byte[]>
    {
        public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            => reader.ValueTextEquals("X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ=="u8) // the same text
                ? throw DebeziumErrors.NotGiven() : reader.GetBytesFromBase64();
    }

    private abstract class ReadOnlyConverter<T> : JsonConverter<T>
    {
        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
