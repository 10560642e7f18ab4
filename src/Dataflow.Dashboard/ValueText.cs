using System.Text;
using System.Text.Unicode;
using MessagePack;

namespace Dataflow.Dashboard;

/// <summary>Makes a text of a key or value that nobody has declared the type of.</summary>
internal static class ValueText
{
    private const int MaxBytes = 1 << 16;
    private const int MaxLetters = 2000;

    private static readonly MessagePackSerializerOptions s_untrusted =
        MessagePackSerializerOptions.Standard.WithSecurity(MessagePackSecurity.UntrustedData);

    /// <summary>Returns UTF-8 as it is, MessagePack as JSON, and other bytes in hexadecimal.</summary>
    public static string Of(ReadOnlyMemory<byte> bytes)
    {
        var text = IsText(bytes.Span) ? Encoding.UTF8.GetString(bytes.Span) : MessagePackText(bytes) ?? HexOf(bytes.Span);
        if (text.Length <= MaxLetters) return text;
        var end = char.IsHighSurrogate(text[MaxLetters - 1]) ? MaxLetters - 1 : MaxLetters;
        return $"{text.AsSpan(0, end)}…";
    }

    private static bool IsText(ReadOnlySpan<byte> bytes)
        => bytes.IndexOfAnyInRange((byte)0, (byte)8) < 0 && bytes.IndexOfAnyInRange((byte)14, (byte)31) < 0 && Utf8.IsValid(bytes);

    private static string? MessagePackText(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > MaxBytes) return null;
        try
        {
            var reader = new MessagePackReader(bytes);
            using var text = new StringWriter();
            MessagePackSerializer.ConvertToJson(ref reader, text, s_untrusted);
            return reader.End ? text.ToString() : null; // a number of eight bytes may begin like MessagePack
        }
        catch (Exception error) when (error is MessagePackSerializationException or EndOfStreamException)
        {
            return null;
        }
    }

    private static string HexOf(ReadOnlySpan<byte> bytes)
        => $"0x{Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, MaxLetters / 2)])}";
}
