using System.Text;
using System.Text.Json;

namespace Dataflow.Cli.Topics;

/// <summary>Makes JSON of a key or a value that nobody has declared the type of.</summary>
internal static class RecordJson
{
    /// <summary>Returns JSON as it is, texts as strings, MessagePack as JSON, and other bytes as <c>{"hex": "…", "bytes": 8}</c>.</summary>
    public static JsonElement Of(ReadOnlyMemory<byte> bytes)
    {
        if (UnknownBytes.AreText(bytes.Span))
            return bytes.Span is [(byte)'{' or (byte)'[', ..] && Parse(bytes) is { } json ? json : TextOf(bytes.Span);
        var messagePack = UnknownBytes.MessagePackAsJson(bytes) is { } text ? Parse(Encoding.UTF8.GetBytes(text)) : null;
        return messagePack ?? JsonSerializer.SerializeToElement(
            new { hex = Convert.ToHexStringLower(bytes.Span), bytes = bytes.Length });
    }

    private static JsonElement TextOf(ReadOnlySpan<byte> bytes) => JsonSerializer.SerializeToElement(Encoding.UTF8.GetString(bytes));

    private static JsonElement? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonElement.Parse(json.Span);
        }
        catch (JsonException)
        {
            return null; // NaN, or control characters in texts
        }
    }
}
