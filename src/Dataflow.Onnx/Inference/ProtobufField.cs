namespace Dataflow.Onnx.Inference;

/// <summary>A field of a message of Protocol Buffers.</summary>
/// <param name="Number">Its number in the message's definition.</param>
/// <param name="Value">The value of an integer of variable length; else 0.</param>
/// <param name="Content">The content of a text, bytes or a message; else empty.</param>
/// <param name="Start">The start of the field in the message.</param>
/// <param name="Whole">The bytes of the field, number and length included.</param>
internal readonly record struct ProtobufField(
    int Number, ulong Value, ReadOnlyMemory<byte> Content, int Start, ReadOnlyMemory<byte> Whole)
{
    private const int Varint = 0, EightBytes = 1, LengthPrefixed = 2, FourBytes = 5;

    /// <summary>Reads the fields of a message, in their order.</summary>
    /// <exception cref="FormatException">The bytes are not a message.</exception>
    public static IEnumerable<ProtobufField> AllOf(ReadOnlyMemory<byte> message)
    {
        for (var at = 0; at < message.Length;)
        {
            var start = at;
            var tag = ReadVarint(message.Span, ref at);
            var value = (tag & 7) is Varint or LengthPrefixed ? ReadVarint(message.Span, ref at) : 0;
            var length = (tag & 7) switch
            {
                Varint => 0UL,
                EightBytes => 8UL,
                LengthPrefixed => value,
                FourBytes => 4UL,
                _ => throw new FormatException("It is no message of Protocol Buffers"),
            };
            if (length > (ulong)(message.Length - at)) throw new FormatException("It ends within a field");
            var content = message.Slice(at, (int)length);
            at += (int)length;
            var isContent = (tag & 7) == LengthPrefixed;
            yield return new((int)(tag >> 3), isContent ? 0 : value, isContent ? content : default, start, message[start..at]);
        }
    }

    /// <summary>Makes the bytes before the content of a field.</summary>
    public static byte[] Head(int number, long length)
    {
        List<byte> head = [];
        foreach (var value in (ReadOnlySpan<ulong>)[((ulong)number << 3) | LengthPrefixed, (ulong)length])
        {
            var rest = value;
            for (; rest > 0x7F; rest >>= 7) head.Add((byte)(rest | 0x80));
            head.Add((byte)rest);
        }

        return [.. head];
    }

    private static ulong ReadVarint(ReadOnlySpan<byte> message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64 && at < message.Length; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }

        throw new FormatException("It ends within a number");
    }
}
