using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dataflow.Cli.Output;

/// <summary>Results as JSON: one document, or one line for each of many.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions s_line = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // escapes control characters all the same
    };

    private static readonly JsonSerializerOptions s_document = new(s_line) { WriteIndented = true, NewLine = "\n" };

    public static string Document<T>(T result) => JsonSerializer.Serialize(result, s_document);

    public static string Line<T>(T result) => JsonSerializer.Serialize(result, s_line);
}
