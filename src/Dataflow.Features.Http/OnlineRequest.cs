using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dataflow.Features.Http;

/// <summary>The body of <c>/get-online-features</c>, as Feast's clients write it.</summary>
internal sealed class OnlineRequest
{
    private const int MaxRows = 10_000;

    // Escaped, a body could grow beyond what servers take.
    private static readonly JsonWriterOptions s_asGiven = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string? Service { get; private set; }

    public List<string>? Features { get; private set; }

    public bool FullNames { get; private set; }

    /// <summary>Whether exact statuses and cuts are requested, which Feast does not have.</summary>
    public bool Details { get; private set; }

    public List<EntityColumn> Entities { get; } = [];

    public int Rows { get; private set; } = -1;

    /// <exception cref="RequestException">The body is not a valid request.</exception>
    public static OnlineRequest Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            var request = new OnlineRequest();
            request.Read(body);
            return request;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new RequestException(422, "The body is no JSON object of the form that /openapi.json describes.");
        }
    }

    /// <summary>Writes the body of a request for some of the rows.</summary>
    /// <param name="body">The body that this request was read from.</param>
    /// <param name="rows">The rows.</param>
    public ReadOnlyMemory<byte> BodyOf(ReadOnlyMemory<byte> body, IReadOnlyList<int> rows)
    {
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json, s_asGiven);
        writer.WriteStartObject();
        if (Service is not null) writer.WriteString("feature_service"u8, Service);
        if (Features is not null) WriteFeatures(writer, Features);
        writer.WriteBoolean("full_feature_names"u8, FullNames);
        writer.WriteBoolean("details"u8, Details);
        writer.WriteStartObject("entities"u8);
        foreach (var column in Entities) WriteColumn(writer, body.Slice(column.Start, column.Length), column.Name, rows);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return json.WrittenMemory;
    }

    private static void WriteFeatures(Utf8JsonWriter writer, List<string> features)
    {
        writer.WriteStartArray("features"u8);
        foreach (var feature in features) writer.WriteStringValue(feature);
        writer.WriteEndArray();
    }

    private static void WriteColumn(Utf8JsonWriter writer, ReadOnlyMemory<byte> json, string name, IReadOnlyList<int> rows)
    {
        JsonElement[] values = [.. JsonElement.Parse(json.Span).EnumerateArray()];
        writer.WriteStartArray(name);
        foreach (var row in rows) values[row].WriteTo(writer);
        writer.WriteEndArray();
    }

    private void Read(ReadOnlySpan<byte> body)
    {
        var json = new Utf8JsonReader(body);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject) throw new JsonException();
        var seen = default(Known);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var key = KeyOf(ref json);
            if ((seen & key) != 0) throw new RequestException(422, $"'{json.GetString()}' is given twice.");
            seen |= key;
            if (key == Known.Features) ReadFeatures(ref json);
            else if (key == Known.Service) Service = Next(ref json).GetString();
            else if (key == Known.Entities) ReadEntities(ref json);
            else if (key == Known.FullNames) FullNames = Next(ref json).GetBoolean();
            else if (key == Known.Details) Details = Next(ref json).GetBoolean();
            else json.Skip();
        }

        if (json.Read()) throw new JsonException();
        if (Rows < 0) throw new RequestException(422, "'entities' is missing: an object with an array of values for each key.");
    }

    private static Known KeyOf(ref Utf8JsonReader json)
    {
        if (json.ValueTextEquals("features"u8)) return Known.Features;
        if (json.ValueTextEquals("feature_service"u8)) return Known.Service;
        if (json.ValueTextEquals("entities"u8)) return Known.Entities;
        if (json.ValueTextEquals("full_feature_names"u8)) return Known.FullNames;
        return json.ValueTextEquals("details"u8) ? Known.Details : Known.None;
    }

    private void ReadFeatures(ref Utf8JsonReader json)
    {
        if (Next(ref json).TokenType == JsonTokenType.Null) return;
        if (json.TokenType != JsonTokenType.StartArray) throw new JsonException();
        Features = [];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray) Features.Add(json.GetString() ?? throw new JsonException());
    }

    private void ReadEntities(ref Utf8JsonReader json)
    {
        if (Next(ref json).TokenType != JsonTokenType.StartObject) throw new JsonException();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            foreach (var column in Entities)
            {
                if (column.Name == name) throw new RequestException(422, $"'entities' has the column '{name}' twice.");
            }

            ReadColumn(ref json, name);
        }
    }

    private void ReadColumn(ref Utf8JsonReader json, string name)
    {
        if (Next(ref json).TokenType != JsonTokenType.StartArray) throw new JsonException();
        var (start, rows) = ((int)json.TokenStartIndex, 0);
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            json.Skip();
            rows++;
        }

        Entities.Add(new EntityColumn(name, start, (int)json.BytesConsumed - start));
        if (rows > MaxRows)
            throw new RequestException(422, $"Column '{name}' of 'entities' has {rows} values; ask for {MaxRows} at most.");
        if (Rows >= 0 && rows != Rows)
            throw new RequestException(422, $"Column '{name}' of 'entities' has {rows} values, others have {Rows}.");
        Rows = rows;
    }

    private static ref Utf8JsonReader Next(ref Utf8JsonReader json)
    {
        json.Read();
        return ref json;
    }

    /// <summary>The keys of a body.</summary>
    [Flags]
    private enum Known
    {
        None = 0,
        Features = 1,
        Service = 2,
        Entities = 4,
        FullNames = 8,
        Details = 16,
    }
}
