using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Dataflow.Serialization;

namespace Dataflow;

/// <summary>Texts in UTF-8. Values without a UTF-8 form begin with a byte that UTF-8 never contains: null is that byte alone, text with
/// half of a surrogate pair is another one and its UTF-16.</summary>
internal sealed class Utf8Serde : Serde<string?>, IHasSchema
{
    internal const byte Null = 0xFE;
    internal const byte Utf16 = 0xFF;

    public ValueSchema Schema => ValueSchema.Bare(typeof(string));

    public override void Write(string? value, IBufferWriter<byte> bytes)
    {
        if (value is null) bytes.Write([Null]);
        else if (RareForms.IsWellFormed(value)) Encoding.UTF8.GetBytes(value, bytes);
        else bytes.Write([Utf16, .. MemoryMarshal.AsBytes(value.AsSpan())]);
    }

    public override string? Read(ReadOnlyMemory<byte> bytes) => bytes.Span switch
    {
        [Null] => null,
        [Utf16, .. var text] when text.Length % sizeof(char) == 0 => new string(MemoryMarshal.Cast<byte, char>(text)),
        var text => Encoding.UTF8.GetString(text),
    };
}

/// <summary>The same for texts that are UTF-8 already: those values have no form here.</summary>
internal sealed class Utf8TextSerde : Serde<Utf8>, IHasSchema
{
    public ValueSchema Schema => ValueSchema.Bare(typeof(string));

    public override string Signature => Serde<string>.Default.Signature; // which may have written them

    public override void Write(Utf8 value, IBufferWriter<byte> bytes)
    {
        Check(value);
        bytes.Write(value.Span);
    }

    /// <exception cref="SerdeException">The text begins with a byte that no UTF-8 has, which would mean something else.</exception>
    public static void Check(Utf8 value)
    {
        if (value.Span is [Utf8Serde.Null or Utf8Serde.Utf16, ..])
            throw SerdeException.Malformed(typeof(Utf8), "a text that begins with a byte which no UTF-8 has");
    }

    public override Utf8 Read(ReadOnlyMemory<byte> bytes) => bytes.Span switch
    {
        [Utf8Serde.Null] => throw SerdeException.NoNull(nameof(Utf8)),
        [Utf8Serde.Utf16, ..] => throw SerdeException.Malformed(typeof(Utf8), "half of a surrogate pair, which has no UTF-8"),
        var text => new(text),
    };
}

internal sealed class Int64Serde : Serde<long>, IHasSchema
{
    public ValueSchema Schema => ValueSchema.Bare(typeof(long));

    public override void Write(long value, IBufferWriter<byte> bytes)
    {
        BinaryPrimitives.WriteInt64BigEndian(bytes.GetSpan(sizeof(long)), value);
        bytes.Advance(sizeof(long));
    }

    public override long Read(ReadOnlyMemory<byte> bytes) => BinaryPrimitives.ReadInt64BigEndian(bytes.Span);
}

internal sealed class Int32Serde : Serde<int>, IHasSchema
{
    public ValueSchema Schema => ValueSchema.Bare(typeof(int));

    public override void Write(int value, IBufferWriter<byte> bytes)
    {
        BinaryPrimitives.WriteInt32BigEndian(bytes.GetSpan(sizeof(int)), value);
        bytes.Advance(sizeof(int));
    }

    public override int Read(ReadOnlyMemory<byte> bytes) => BinaryPrimitives.ReadInt32BigEndian(bytes.Span);
}

/// <summary>Byte arrays, unchanged; null has no form and is refused.</summary>
internal sealed class BytesSerde : Serde<byte[]>
{
    public override void Write(byte[] value, IBufferWriter<byte> bytes) => bytes.Write(value ?? throw SerdeException.NoNull("byte[]"));

    public override byte[] Read(ReadOnlyMemory<byte> bytes) => bytes.ToArray();
}
