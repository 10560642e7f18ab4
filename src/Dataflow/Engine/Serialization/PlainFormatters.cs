using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Serialization;

/// <summary>Writes UTC as a timestamp; other kinds as they lie in memory, which is ticks and kind.</summary>
internal sealed class DateTimeFormatter : IMessagePackFormatter<DateTime>
{
    public void Serialize(ref MessagePackWriter writer, DateTime value, MessagePackSerializerOptions options)
    {
        if (value.Kind == DateTimeKind.Utc) writer.Write(value);
        else writer.Write(Unsafe.BitCast<DateTime, ulong>(value));
    }

    public DateTime Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.NextMessagePackType != MessagePackType.Integer) return reader.ReadDateTime();
        var bits = reader.ReadUInt64();
        var ticks = bits & 0x3FFF_FFFF_FFFF_FFFF;
        if (ticks > (ulong)DateTime.MaxValue.Ticks) throw SerdeException.Malformed(typeof(DateTime), "there are no such ticks");
        return Unsafe.BitCast<ulong, DateTime>(bits);
    }
}

/// <summary>Writes decimals as text, except for negative zero, which has none.</summary>
internal sealed class DecimalFormatter : IMessagePackFormatter<decimal>
{
    public void Serialize(ref MessagePackWriter writer, decimal value, MessagePackSerializerOptions options)
    {
        if (value == 0 && decimal.IsNegative(value)) MemoryFormatter<decimal>.Instance.Serialize(ref writer, value, options);
        else MessagePack.Formatters.DecimalFormatter.Instance.Serialize(ref writer, value, options);
    }

    public decimal Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => reader.NextMessagePackType == MessagePackType.Binary
            ? MemoryFormatter<decimal>.Instance.Deserialize(ref reader, options)
            : MessagePack.Formatters.DecimalFormatter.Instance.Deserialize(ref reader, options);
}

/// <summary>Writes values as they lie in memory: for types of .NET that hold no references.</summary>
internal sealed class MemoryFormatter<T> : IMessagePackFormatter<T>
{
    public static MemoryFormatter<T> Instance { get; } = new();

    public static ReadOnlySequence<byte> BytesOf(ref MessagePackReader reader)
    {
        var bytes = reader.ReadBytes() ?? default;
        return bytes.Length == Unsafe.SizeOf<T>() ? bytes : throw SerdeException.Malformed(typeof(T), $"{bytes.Length} bytes");
    }

    public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options)
        => writer.Write(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref value), Unsafe.SizeOf<T>()));

    public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        Span<byte> bytes = stackalloc byte[Unsafe.SizeOf<T>()];
        BytesOf(ref reader).CopyTo(bytes);
        return Unsafe.ReadUnaligned<T>(ref MemoryMarshal.GetReference(bytes));
    }
}

/// <summary>Writes the bytes of an integer of any length; MessagePack's own formatter fails on some.</summary>
internal sealed class BigIntegerFormatter : IMessagePackFormatter<BigInteger>
{
    public void Serialize(ref MessagePackWriter writer, BigInteger value, MessagePackSerializerOptions options)
        => writer.Write(value.ToByteArray());

    public BigInteger Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => new((reader.ReadBytes() ?? default).ToArray());
}

/// <summary>Writes a class of .NET as a text that contains all of it.</summary>
internal sealed class TextFormatter<T>(Func<T, string> text, Func<string, T> parse) : IMessagePackFormatter<T?>
    where T : class
{
    public void Serialize(ref MessagePackWriter writer, T? value, MessagePackSerializerOptions options)
        => writer.Write(value is null ? null : text(value));

    public T? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => reader.ReadString() is { } read ? parse(read) : null;
}

/// <summary>Writes a JSON element as the text that was read; nothing for an undefined one.</summary>
internal sealed class JsonElementFormatter : IMessagePackFormatter<JsonElement>
{
    public void Serialize(ref MessagePackWriter writer, JsonElement value, MessagePackSerializerOptions options)
        => writer.Write(value.ValueKind == JsonValueKind.Undefined ? null : value.GetRawText());

    public JsonElement Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => reader.ReadString() is { } text ? JsonElement.Parse(text) : default;
}

/// <summary>Writes values with the user's serde, as bytes.</summary>
internal sealed class GivenFormatter<T>(Serde<T> serde) : IMessagePackFormatter<T?>
{
    public void Serialize(ref MessagePackWriter writer, T? value, MessagePackSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        var bytes = new ArrayBufferWriter<byte>();
        serde.Write(value, bytes);
        writer.Write(bytes.WrittenSpan);
    }

    public T? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => reader.ReadBytes() is { } bytes ? serde.Read(bytes.ToArray()) : default;
}
