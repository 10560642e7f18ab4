using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Serialization;

/// <summary>The forms that few values have, by MessagePack's own reader and writer: times that are not UTC, negative zero, text with half
/// of a surrogate pair.</summary>
internal static class RareForms
{
    private const sbyte Utf16 = 16;

    private static MessagePackSerializerOptions Options => MessagePackSerializerOptions.Standard;

    public static bool IsWellFormed(string value)
    {
        var rest = value.AsSpan();
        while (rest.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var at)
        {
            if (Rune.DecodeFromUtf16(rest[at..], out _, out var length) != OperationStatus.Done) return false;
            rest = rest[(at + length)..];
        }

        return true;
    }

    /// <summary>Writes text with half of a surrogate pair, which has no UTF-8, as an extension that holds its UTF-16.</summary>
    public static void WriteUtf16(ref MessagePackWriter writer, string value)
        => writer.WriteExtensionFormat(new(Utf16, MemoryMarshal.AsBytes(value.AsSpan()).ToArray()));

    public static string? ReadText(ref MessagePackReader reader)
    {
        if (reader.NextMessagePackType != MessagePackType.Extension) return reader.ReadString();
        var text = reader.ReadExtensionFormat();
        if (text.TypeCode != Utf16) throw SerdeException.Malformed(typeof(string), $"extension {text.TypeCode}");
        return new string(MemoryMarshal.Cast<byte, char>(text.Data.ToArray()));
    }

    /// <exception cref="MessagePackSerializationException">The text has no UTF-8, or is null.</exception>
    public static Utf8 ReadUtf8(ref MessagePackReader reader)
    {
        if (reader.NextMessagePackType == MessagePackType.Extension)
            throw new MessagePackSerializationException("The text has half of a surrogate pair, which has no UTF-8.");
        if (reader.ReadStringSequence() is not { } text)
            throw new MessagePackSerializationException("The text is null, and a Utf8 is not: make the member a Utf8?.");
        return text.IsSingleSegment ? new(text.FirstSpan) : new(text.ToArray());
    }

    /// <summary>Writes UTC as a timestamp; other kinds as they lie in memory, which is ticks and kind.</summary>
    public static void WriteTime(ref MessagePackWriter writer, DateTime value)
    {
        if (value.Kind == DateTimeKind.Utc) writer.Write(value);
        else writer.Write(Unsafe.BitCast<DateTime, ulong>(value));
    }

    public static DateTime ReadTime(ref MessagePackReader reader)
    {
        if (reader.NextMessagePackType != MessagePackType.Integer) return reader.ReadDateTime();
        var bits = reader.ReadUInt64();
        var ticks = bits & 0x3FFF_FFFF_FFFF_FFFF;
        if (ticks > (ulong)DateTime.MaxValue.Ticks) throw SerdeException.Malformed(typeof(DateTime), "there are no such ticks");
        return Unsafe.BitCast<ulong, DateTime>(bits);
    }

    /// <summary>Writes decimals as text, except for negative zero, which has none.</summary>
    public static void WriteDecimal(ref MessagePackWriter writer, decimal value)
    {
        if (value == 0 && decimal.IsNegative(value)) writer.Write(MemoryCodec<decimal>.BytesOf(ref value).ToArray());
        else DecimalFormatter.Instance.Serialize(ref writer, value, Options);
    }

    public static decimal ReadDecimal(ref MessagePackReader reader)
        => reader.NextMessagePackType == MessagePackType.Binary
            ? MemoryCodec<decimal>.Of((reader.ReadBytes() ?? default).ToArray())
            : DecimalFormatter.Instance.Deserialize(ref reader, Options);

    public static Guid ReadGuid(ref MessagePackReader reader) => GuidFormatter.Instance.Deserialize(ref reader, Options);
}
