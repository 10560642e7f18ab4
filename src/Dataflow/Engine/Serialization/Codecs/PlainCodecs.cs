using System.Numerics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Dataflow.Serialization;

/// <summary>Writes numbers, times and other values that readers and writers have a method for.</summary>
internal sealed class ScalarCodec<T> : ValueCodec<T>
    where T : struct
{
    internal override bool LendsTexts => true;

    public override void Write(ref ValueWriter writer, T value)
    {
        if (value is bool truth) writer.WriteBoolean(truth);
        else if (value is char letter) writer.WriteChar(letter);
        else if (value is sbyte or short or int or long) writer.WriteInt64(Signed(value));
        else if (value is byte or ushort or uint or ulong) writer.WriteUInt64(Unsigned(value));
        else if (value is float single) writer.WriteSingle(single);
        else if (value is double real) writer.WriteDouble(real);
        else if (value is decimal exact) writer.WriteDecimal(exact);
        else if (value is TimeSpan span) writer.WriteTimeSpan(span);
        else if (value is DateTime time) writer.WriteDateTime(time);
        else if (value is Guid id) writer.WriteGuid(id);
        else writer.WriteUtf8((Utf8)(object)value);
    }

    public override T Read(ref ValueReader reader)
    {
        if (typeof(T) == typeof(bool)) return (T)(object)reader.ReadBoolean();
        if (typeof(T) == typeof(char)) return (T)(object)reader.ReadChar();
        if (typeof(T) == typeof(float)) return (T)(object)reader.ReadSingle();
        if (typeof(T) == typeof(double)) return (T)(object)reader.ReadDouble();
        if (typeof(T) == typeof(decimal)) return (T)(object)reader.ReadDecimal();
        if (typeof(T) == typeof(TimeSpan)) return (T)(object)reader.ReadTimeSpan();
        if (typeof(T) == typeof(DateTime)) return (T)(object)reader.ReadDateTime();
        if (typeof(T) == typeof(Guid)) return (T)(object)reader.ReadGuid();
        return typeof(T) == typeof(Utf8) ? (T)(object)reader.ReadUtf8() : Integer(ref reader);
    }

    private static long Signed(T value) => value switch
    {
        sbyte of => of,
        short of => of,
        int of => of,
        _ => (long)(object)value,
    };

    private static ulong Unsigned(T value) => value switch
    {
        byte of => of,
        ushort of => of,
        uint of => of,
        _ => (ulong)(object)value,
    };

    private static T Integer(ref ValueReader reader)
    {
        if (typeof(T) == typeof(sbyte)) return (T)(object)reader.ReadSByte();
        if (typeof(T) == typeof(byte)) return (T)(object)reader.ReadByte();
        if (typeof(T) == typeof(short)) return (T)(object)reader.ReadInt16();
        if (typeof(T) == typeof(ushort)) return (T)(object)reader.ReadUInt16();
        if (typeof(T) == typeof(int)) return (T)(object)reader.ReadInt32();
        if (typeof(T) == typeof(uint)) return (T)(object)reader.ReadUInt32();
        return typeof(T) == typeof(long) ? (T)(object)reader.ReadInt64() : (T)(object)reader.ReadUInt64();
    }
}

/// <summary>Writes an enum as its number.</summary>
internal sealed class EnumCodec<T, TNumber> : ValueCodec<T>, IJsonPart, IEnumPart
    where T : struct, Enum
    where TNumber : struct
{
    private readonly ScalarCodec<TNumber> _numbers = new();

    public JsonTypeInfo Json(JsonSerializerOptions options)
        => JsonMetadataServices.CreateValueInfo<T>(options, Own(options) ?? JsonMetadataServices.GetEnumConverter<T>(options));

    public TResult Use<TResult>(IEnumUse<TResult> use) => use.Of<T>();

    public override void Write(ref ValueWriter writer, T value)
        => _numbers.Write(ref writer, System.Runtime.CompilerServices.Unsafe.BitCast<T, TNumber>(value));

    public override T Read(ref ValueReader reader)
        => System.Runtime.CompilerServices.Unsafe.BitCast<TNumber, T>(_numbers.Read(ref reader));

    private static JsonConverter? Own(JsonSerializerOptions options)
    {
        if (typeof(T).GetCustomAttribute<JsonConverterAttribute>()?.ConverterType is not { } type) return null;
        var own = (JsonConverter)Activator.CreateInstance(type)!;
        return own is JsonConverterFactory factory ? factory.CreateConverter(typeof(T), options) : own;
    }
}

/// <summary>The codec of an enum, which knows its type.</summary>
internal interface IEnumPart
{
    TResult Use<TResult>(IEnumUse<TResult> use);
}

/// <summary>Writes null, or the value.</summary>
internal sealed class NullableCodec<T>(ValueCodecs codecs) : ValueCodec<T?>, IJsonPart
    where T : struct
{
    private ValueCodec<T>? _values;

    internal override bool LendsTexts => true;

    private ValueCodec<T> Values => _values ??= codecs.Of<T>();

    public JsonTypeInfo Json(JsonSerializerOptions options)
        => JsonMetadataServices.CreateValueInfo<T?>(options, JsonMetadataServices.GetNullableConverter<T>(options));

    public override void Write(ref ValueWriter writer, T? value)
    {
        if (value is { } given) Values.Write(ref writer, given);
        else writer.WriteNil();
    }

    public override T? Read(ref ValueReader reader) => reader.TryReadNil() ? null : Values.Read(ref reader);
}

internal sealed class StringCodec : ValueCodec<string?>
{
    public override void Write(ref ValueWriter writer, string? value) => writer.WriteString(value);

    public override string? Read(ref ValueReader reader) => reader.ReadString();
}

internal sealed class BytesCodec : ValueCodec<byte[]?>
{
    public override void Write(ref ValueWriter writer, byte[]? value)
    {
        if (value is null) writer.WriteNil();
        else writer.WriteBytes(value);
    }

    public override byte[]? Read(ref ValueReader reader) => reader.TryReadNil() ? null : reader.ReadBytes().ToArray();
}

/// <summary>Writes the bytes of an integer of any length.</summary>
internal sealed class BigIntegerCodec : ValueCodec<BigInteger>
{
    public override void Write(ref ValueWriter writer, BigInteger value) => writer.WriteBytes(value.ToByteArray());

    public override BigInteger Read(ref ValueReader reader) => new(reader.TryReadNil() ? [] : reader.ReadBytes());
}

/// <summary>Writes a class of .NET as a text that contains all of it.</summary>
internal sealed class TextCodec<T>(Func<T, string> text, Func<string, T> parse) : ValueCodec<T?>
    where T : class
{
    public override void Write(ref ValueWriter writer, T? value) => writer.WriteString(value is null ? null : text(value));

    public override T? Read(ref ValueReader reader) => reader.ReadString() is { } read ? parse(read) : null;
}

/// <summary>Writes a JSON element as the text that was read; nothing for an undefined one.</summary>
internal sealed class JsonElementCodec : ValueCodec<JsonElement>
{
    public override void Write(ref ValueWriter writer, JsonElement value)
        => writer.WriteString(value.ValueKind == JsonValueKind.Undefined ? null : value.GetRawText());

    public override JsonElement Read(ref ValueReader reader)
        => reader.ReadString() is { } text ? JsonElement.Parse(text) : default;
}

/// <summary>Writes values with the user's serde, as bytes.</summary>
internal sealed class GivenCodec<T>(Serde<T> serde) : ValueCodec<T?>
{
    public override void Write(ref ValueWriter writer, T? value)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        var scratch = Scratch.Rent();
        serde.Write(value, scratch);
        writer.WriteBytes(scratch.WrittenSpan);
        Scratch.Return(scratch);
    }

    public override T? Read(ref ValueReader reader) => reader.TryReadNil() ? default : serde.Read(reader.ReadBytes().ToArray());
}
