using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Dataflow.Features.Http;

/// <summary>Joins the answers of several processes to one request, in the order of its rows.</summary>
internal sealed class JoinedResponse
{
    private readonly JsonElement[] _answers;
    private readonly (int Answer, int Row)[] _rows; // where each row of the request is
    private readonly ArrayBufferWriter<byte> _json = new();

    private JoinedResponse(JsonElement[] answers, (int Answer, int Row)[] rows) => (_answers, _rows) = (answers, rows);

    /// <exception cref="RequestException">The answers do not fit together.</exception>
    public static ReadOnlyMemory<byte> Of(IReadOnlyList<RowGroup> groups, IReadOnlyList<ReadOnlyMemory<byte>> answers)
    {
        var rows = new (int, int)[groups.Sum(static group => group.Rows.Count)];
        foreach (var (answer, group) in groups.Index())
            foreach (var (index, row) in group.Rows.Index()) rows[row] = (answer, index);
        try
        {
            return new JoinedResponse([.. answers.Select(static json => JsonElement.Parse(json.Span))], rows).Join();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException
            or IndexOutOfRangeException)
        {
            throw new RequestException(502, "The answers of the processes differ in form. Run one version of the pipeline in all.");
        }
    }

    private ReadOnlyMemory<byte> Join()
    {
        using var writer = new Utf8JsonWriter(_json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        var metadata = Array.ConvertAll(_answers, static answer => answer.GetProperty("metadata"));
        var results = Array.ConvertAll(_answers, static answer => answer.GetProperty("results"));
        var names = Array.ConvertAll(metadata, static one => one.GetProperty("feature_names"));
        if (!Array.TrueForAll(names, one => JsonElement.DeepEquals(one, names[0]))) throw new JsonException();
        writer.WriteStartObject();
        writer.WriteStartObject("metadata"u8);
        writer.WritePropertyName("feature_names"u8);
        names[0].WriteTo(writer);
        if (metadata[0].TryGetProperty("cuts", out _)) WriteRows(writer, "cuts", metadata);
        writer.WriteEndObject();
        writer.WriteStartArray("results"u8);
        for (var feature = 0; feature < results[0].GetArrayLength(); feature++)
            WriteFeature(writer, Array.ConvertAll(results, result => result[feature]));
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return _json.WrittenMemory;
    }

    private void WriteFeature(Utf8JsonWriter writer, JsonElement[] answers)
    {
        writer.WriteStartObject();
        foreach (var column in answers[0].EnumerateObject()) WriteRows(writer, column.Name, answers);
        writer.WriteEndObject();
    }

    private void WriteRows(Utf8JsonWriter writer, string column, JsonElement[] answers)
    {
        var values = Array.ConvertAll(answers, answer => answer.GetProperty(column).EnumerateArray().ToArray());
        writer.WriteStartArray(column);
        foreach (var (answer, row) in _rows) values[answer][row].WriteTo(writer);
        writer.WriteEndArray();
    }
}
