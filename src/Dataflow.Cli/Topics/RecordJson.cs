using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using MessagePack;

namespace Dataflow.Cli.Topics;

/// <summary>Makes JSON of a key or a value that nobody has declared the type of.</summary>
internal static class RecordJson
{
    private static readonly MessagePackSerializerOptions s_untrusted =
        MessagePackSerializerOptions.Standard.WithSecurity(MessagePackSecurity.UntrustedData);

    /// <summary>Returns JSON as it is, texts as strings, MessagePack as JSON, and other bytes as <c>{"hex": "…", "bytes": 8}</c>.</summary>
    public static JsonElement Of(ReadOnlyMemory<byte> bytes)
    {
        if (IsText(bytes.Span)) return bytes.Span is [(byte)'{' or (byte)'[', ..] && Parse(bytes) is { } json ? json : TextOf(bytes.Span);
        return MessagePackOf(bytes) ?? JsonSerializer.SerializeToElement(
            new { hex = Convert.ToHexStringLower(bytes.Span), bytes = bytes.Length });
    }

    private static JsonElement TextOf(ReadOnlySpan<byte> bytes) => JsonSerializer.SerializeToElement(Encoding.UTF8.GetString(bytes));

    private static bool IsText(ReadOnlySpan<byte> bytes)
        => bytes.IndexOfAnyInRange((byte)0, (byte)8) < 0 && bytes.IndexOfAnyInRange((byte)14, (byte)31) < 0 && Utf8.IsValid(bytes);

    private static JsonElement? MessagePackOf(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var reader = new MessagePackReader(bytes);
            using var text = new StringWriter();
            MessagePackSerializer.ConvertToJson(ref reader, text, s_untrusted);
            return reader.End ? Parse(Encoding.UTF8.GetBytes(text.ToString())) : null; // a number of eight bytes may begin like MessagePack
        }
        catch (Exception error) when (error is MessagePackSerializationException or EndOfStreamException)
        {
            return null;
        }
    }

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
