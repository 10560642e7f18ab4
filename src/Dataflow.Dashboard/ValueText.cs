using System.Text;

namespace Dataflow.Dashboard;

/// <summary>Makes a text of a key or value that nobody has declared the type of.</summary>
internal static class ValueText
{
    private const int MaxBytes = 1 << 16;
    private const int MaxLetters = 2000;

    /// <summary>Returns UTF-8 as it is, MessagePack as JSON, and other bytes in hexadecimal.</summary>
    public static string Of(ReadOnlyMemory<byte> bytes)
    {
        var text = UnknownBytes.AreText(bytes.Span) ? Encoding.UTF8.GetString(bytes.Span)
            : (bytes.Length <= MaxBytes ? UnknownBytes.MessagePackAsJson(bytes) : null) ?? HexOf(bytes.Span);
        if (text.Length <= MaxLetters) return text;
        var end = char.IsHighSurrogate(text[MaxLetters - 1]) ? MaxLetters - 1 : MaxLetters;
        return $"{text.AsSpan(0, end)}…";
    }

    private static string HexOf(ReadOnlySpan<byte> bytes)
        => $"0x{Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, MaxLetters / 2)])}";
}
