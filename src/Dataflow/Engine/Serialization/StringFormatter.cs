using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Serialization;

/// <summary>Writes texts in UTF-8; text with half of a surrogate pair, which has no UTF-8, as an extension that holds its UTF-16.</summary>
internal sealed class StringFormatter : IMessagePackFormatter<string?>
{
    public const sbyte Utf16 = 16;

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

    public void Serialize(ref MessagePackWriter writer, string? value, MessagePackSerializerOptions options) => Write(ref writer, value);

    public string? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => Read(ref reader);

    public static void Write(ref MessagePackWriter writer, string? value)
    {
        if (value is null || IsWellFormed(value)) writer.Write(value);
        else writer.WriteExtensionFormat(new(Utf16, MemoryMarshal.AsBytes(value.AsSpan()).ToArray()));
    }

    public static string? Read(ref MessagePackReader reader)
    {
        if (reader.NextMessagePackType != MessagePackType.Extension) return reader.ReadString();
        var text = reader.ReadExtensionFormat();
        if (text.TypeCode != Utf16) throw SerdeException.Malformed(typeof(string), $"extension {text.TypeCode}");
        return new string(MemoryMarshal.Cast<byte, char>(text.Data.ToArray()));
    }
}
