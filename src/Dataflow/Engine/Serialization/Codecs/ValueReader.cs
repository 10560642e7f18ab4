using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Dataflow.Serialization;
using MessagePack;

namespace Dataflow.Codecs;

/// <summary>Reads values of MessagePack from memory in one piece.</summary>
/// <remarks><para>For the codecs that <see cref="DataflowRecordAttribute"/> makes.</para>
/// <para>Each read checks the type and the length of what it finds, and takes what <see cref="Serde{T}.Default"/> takes: a number in any
/// width that holds its value. A count is believed only as far as the bytes reach.</para></remarks>
/// <param name="bytes">The bytes.</param>
public ref struct ValueReader(ReadOnlyMemory<byte> bytes)
{
    private const int MaxWidened = 64;

    private readonly ReadOnlyMemory<byte> _memory = bytes;
    private readonly ReadOnlySpan<byte> _bytes = bytes.Span;
    private TextLease? _lease; // of the array in which the bytes lie
    private int _at;

    /// <param name="bytes">The bytes.</param>
    /// <param name="lease">The lease of the array in which they lie, to which texts refer; null: texts are copied.</param>
    internal ValueReader(ReadOnlyMemory<byte> bytes, TextLease? lease)
        : this(bytes)
        => _lease = lease;

    /// <summary>The number of bytes that were read.</summary>
    public readonly int Consumed => _at;

    /// <summary>Whether an array follows.</summary>
    public readonly bool IsAtArray
        => _at < _bytes.Length
            && (_bytes[_at] & 0xF0) is MessagePackCode.MinFixArray | _bytes[_at] is MessagePackCode.Array16 or MessagePackCode.Array32;

    /// <summary>Whether a map follows.</summary>
    public readonly bool IsAtMap
        => _at < _bytes.Length
            && (_bytes[_at] & 0xF0) is MessagePackCode.MinFixMap | _bytes[_at] is MessagePackCode.Map16 or MessagePackCode.Map32;

    /// <summary>Reads null, if it follows.</summary>
    public bool TryReadNil()
    {
        if ((uint)_at >= (uint)_bytes.Length || _bytes[_at] != MessagePackCode.Nil) return false;
        _at++;
        return true;
    }

    /// <summary>Reads the given bytes, if they follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRead(ReadOnlySpan<byte> expected)
    {
        if (_bytes.Length - _at < expected.Length || !_bytes.Slice(_at, expected.Length).SequenceEqual(expected)) return false;
        _at += expected.Length;
        return true;
    }

    /// <summary>Begins an array; returns the number of its values.</summary>
    public int ReadArrayHeader()
        => ReadHeader(MessagePackCode.MinFixArray, MessagePackCode.Array16, MessagePackCode.Array32, least: 1);

    /// <summary>Begins a map; returns the number of its pairs.</summary>
    public int ReadMapHeader() => ReadHeader(MessagePackCode.MinFixMap, MessagePackCode.Map16, MessagePackCode.Map32, least: 2);

    /// <summary>Reads a truth value.</summary>
    public bool ReadBoolean() => Next() switch
    {
        MessagePackCode.True => true,
        MessagePackCode.False => false,
        var code => throw Unexpected(code),
    };

    /// <summary>Reads a character.</summary>
    public char ReadChar() => (char)ReadUInt16();

    /// <summary>Reads a whole number of any width.</summary>
    public sbyte ReadSByte() => checked((sbyte)ReadInt64());

    /// <inheritdoc cref="ReadSByte"/>
    public byte ReadByte() => checked((byte)ReadInt64());

    /// <inheritdoc cref="ReadSByte"/>
    public short ReadInt16() => checked((short)ReadInt64());

    /// <inheritdoc cref="ReadSByte"/>
    public ushort ReadUInt16() => checked((ushort)ReadInt64());

    /// <inheritdoc cref="ReadSByte"/>
    public int ReadInt32() => checked((int)ReadInt64());

    /// <inheritdoc cref="ReadSByte"/>
    public uint ReadUInt32() => checked((uint)ReadInt64());

    /// <inheritdoc cref="ReadSByte"/>
    public long ReadInt64() => ReadInteger(out var isLarge) is var value && !isLarge ? value : throw new OverflowException();

    /// <inheritdoc cref="ReadSByte"/>
    public ulong ReadUInt64()
        => ReadInteger(out var isLarge) is var value && (isLarge || value >= 0) ? (ulong)value : throw new OverflowException();

    /// <summary>Reads a number of 32 bits, or a whole one.</summary>
    public float ReadSingle()
    {
        if (Peek() == MessagePackCode.Float32) return BinaryPrimitives.ReadSingleBigEndian(Take(5)[1..]);
        var value = ReadInteger(out var isLarge);
        return isLarge ? (ulong)value : value;
    }

    /// <summary>Reads a number of 64 or 32 bits, or a whole one.</summary>
    public double ReadDouble()
    {
        var code = Peek();
        if (code == MessagePackCode.Float64) return BinaryPrimitives.ReadDoubleBigEndian(Take(9)[1..]);
        if (code == MessagePackCode.Float32) return BinaryPrimitives.ReadSingleBigEndian(Take(5)[1..]);
        var value = ReadInteger(out var isLarge);
        return isLarge ? (ulong)value : value;
    }

    /// <summary>Reads a decimal.</summary>
    public decimal ReadDecimal()
    {
        if (ShortText() is { IsEmpty: false } text && Utf8Parser.TryParse(text, out decimal value, out var length) && length == text.Length)
        {
            _at += 1 + length;
            return value;
        }

        var reader = Library();
        return Past(in reader, RareForms.ReadDecimal(ref reader));
    }

    /// <summary>Reads a span of time.</summary>
    public TimeSpan ReadTimeSpan() => new(ReadInt64());

    /// <summary>Reads a time.</summary>
    public DateTime ReadDateTime()
    {
        var rest = _bytes[_at..];
        var (seconds, nanoseconds, length) = rest switch
        {
            [MessagePackCode.FixExt4, 0xFF, _, _, _, _, ..] => (BinaryPrimitives.ReadUInt32BigEndian(rest[2..]), 0L, 6),
            [MessagePackCode.FixExt8, 0xFF, _, _, _, _, _, _, _, _, ..] when BinaryPrimitives.ReadUInt64BigEndian(rest[2..]) is var stamp
                => ((long)(stamp & 0x3_FFFF_FFFF), (long)(stamp >> 34), 10),
            _ => (0L, 0L, 0),
        };
        if (length == 0)
        {
            var reader = Library();
            return Past(in reader, RareForms.ReadTime(ref reader));
        }

        _at += length;
        return DateTime.UnixEpoch.AddTicks((seconds * TimeSpan.TicksPerSecond) + (nanoseconds / TimeSpan.NanosecondsPerTick));
    }

    /// <summary>Reads a GUID.</summary>
    public Guid ReadGuid()
    {
        if (_bytes[_at..] is [MessagePackCode.Str8, 36, .. var rest] && rest.Length >= 36
            && Utf8Parser.TryParse(rest[..36], out Guid value, out var length, 'D') && length == 36)
        {
            _at += 2 + 36;
            return value;
        }

        var reader = Library();
        return Past(in reader, RareForms.ReadGuid(ref reader));
    }

    /// <summary>Reads a text, or null.</summary>
    public string? ReadString() => IsAtText ? TextOf(TakeText()) : ReadOtherThanText();

    /// <summary>Reads a text, or null: one that is remembered, where there is an equal one.</summary>
    public string? ReadString(TextCache texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (!IsAtText) return ReadOtherThanText();
        var text = TakeText();
        return texts.Find(text) ?? texts.Add(text, TextOf(text));
    }

    /// <summary>Reads a text without making a string.</summary>
    public Utf8 ReadUtf8()
    {
        if (!IsAtText)
        {
            var reader = Library();
            return Past(in reader, RareForms.ReadUtf8(ref reader));
        }

        var text = TakeText();
        if (_lease is not { Bytes: { } array }) return new(text);
        var start = Unsafe.ByteOffset(ref MemoryMarshal.GetArrayDataReference(array), ref MemoryMarshal.GetReference(text));
        return start >= 0 && start <= array.Length - text.Length ? new(_lease, (int)start, text.Length) : new(text); // not of that array
    }

    /// <summary>Reads bytes, of which nothing is copied.</summary>
    public ReadOnlySpan<byte> ReadBytes()
    {
        if (IsAtText) return TakeText();
        var code = Next();
        var length = code switch
        {
            MessagePackCode.Bin8 => Take(1)[0],
            MessagePackCode.Bin16 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            MessagePackCode.Bin32 => BinaryPrimitives.ReadInt32BigEndian(Take(4)),
            _ => throw Unexpected(code),
        };
        return Take(length);
    }

    /// <summary>Reads the name of a member, in UTF-8; nothing for null.</summary>
    public ReadOnlySpan<byte> ReadName() => TryReadNil() ? default : TakeText();

    /// <summary>Reads a value and forgets it, with all that it holds.</summary>
    public void Skip()
    {
        for (var left = 1L; left > 0; left--)
        {
            switch (Peek())
            {
                case >= MessagePackCode.MinFixMap and <= MessagePackCode.MaxFixMap or MessagePackCode.Map16 or MessagePackCode.Map32:
                    left += 2L * ReadMapHeader();
                    break;
                case >= MessagePackCode.MinFixArray and <= MessagePackCode.MaxFixArray or MessagePackCode.Array16
                    or MessagePackCode.Array32:
                    left += ReadArrayHeader();
                    break;
                case >= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr or MessagePackCode.Str8 or MessagePackCode.Str16
                    or MessagePackCode.Str32:
                    TakeText();
                    break;
                default:
                    SkipScalar();
                    break;
            }
        }
    }

    /// <summary>Makes MessagePack's own reader of what follows: for what few values have.</summary>
    internal readonly MessagePackReader Library() => new(_memory[_at..]);

    /// <summary>Goes on behind what that reader has read, and returns the value.</summary>
    internal T Past<T>(in MessagePackReader reader, T value)
    {
        _at += (int)reader.Consumed;
        return value;
    }

    /// <summary>Has texts copied from here on, until <see cref="Lend"/>: those whose places in a value are not known.</summary>
    /// <returns>The lease that texts have referred to.</returns>
    internal TextLease? CopyTexts()
    {
        var lease = _lease;
        _lease = null;
        return lease;
    }

    /// <summary>Has texts refer to a lease again.</summary>
    internal void Lend(TextLease? lease) => _lease = lease;

    private void SkipScalar()
    {
        var reader = Library();
        reader.Skip();
        Past(in reader, true);
    }

    // Most texts are short and ASCII: widening them at once is half the work of counting characters first.
    private static string TextOf(ReadOnlySpan<byte> text)
    {
        if (text.Length <= MaxWidened)
        {
            Span<char> letters = stackalloc char[MaxWidened];
            if (Ascii.ToUtf16(text, letters, out var length) == OperationStatus.Done) return new string(letters[..length]);
        }

        return Encoding.UTF8.GetString(text);
    }

    private readonly bool IsAtText => Peek() is >= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr or MessagePackCode.Str8
        or MessagePackCode.Str16 or MessagePackCode.Str32;

    private string? ReadOtherThanText()
    {
        if (TryReadNil()) return null;
        var reader = Library();
        return Past(in reader, RareForms.ReadText(ref reader));
    }

    private readonly byte Peek() => (uint)_at < (uint)_bytes.Length ? _bytes[_at] : throw TooShort();

    private byte Next()
    {
        var code = Peek();
        _at++;
        return code;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if ((uint)length > (uint)(_bytes.Length - _at)) throw TooShort();
        var taken = _bytes.Slice(_at, length);
        _at += length;
        return taken;
    }

    private ReadOnlySpan<byte> TakeText()
    {
        var code = Next();
        var length = code switch
        {
            >= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr => code & MessagePackRange.MaxFixStringLength,
            MessagePackCode.Str8 => Take(1)[0],
            MessagePackCode.Str16 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            MessagePackCode.Str32 => BinaryPrimitives.ReadInt32BigEndian(Take(4)),
            _ => throw Unexpected(code),
        };
        return Take(length);
    }

    // A text of up to 31 bytes, if there is one; it is still to be taken.
    private readonly ReadOnlySpan<byte> ShortText()
        => _bytes[_at..] is [>= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr and var code, .. var rest]
            && (code & MessagePackRange.MaxFixStringLength) is var length && length <= rest.Length ? rest[..length] : default;

    private int ReadHeader(byte fix, byte code16, byte code32, int least)
    {
        var code = Next();
        long count = (code & 0xF0) == fix ? code & MessagePackRange.MaxFixArrayCount
            : code == code16 ? BinaryPrimitives.ReadUInt16BigEndian(Take(2))
            : code == code32 ? (long)BinaryPrimitives.ReadUInt32BigEndian(Take(4))
            : throw Unexpected(code);
        return count * least <= _bytes.Length - _at ? (int)count : throw TooShort();
    }

    /// <summary>Reads a whole number.</summary>
    /// <param name="isLarge">Whether it is one of those above the largest <see cref="long"/>, of which the bits are returned.</param>
    private long ReadInteger(out bool isLarge)
    {
        isLarge = false;
        if (_bytes.Length - _at < sizeof(byte) + sizeof(long)) return ReadIntegerNearEnd(out isLarge);

        // All that follows the code, of which the first 1, 2, 4 or 8 bytes are the number.
        ref var at = ref Unsafe.Add(ref MemoryMarshal.GetReference(_bytes), _at);
        var code = at;
        if (code <= MessagePackCode.MaxFixInt || code >= MessagePackCode.MinNegativeFixInt)
        {
            _at++;
            return (sbyte)code;
        }

        var bits = BinaryPrimitives.ReverseEndianness(Unsafe.ReadUnaligned<long>(ref Unsafe.Add(ref at, 1)));
        var width = 1 << (code & 3);
        var rest = 64 - (8 * width);
        _at += 1 + width;
        if (code is >= MessagePackCode.Int8 and <= MessagePackCode.Int64) return bits >> rest;
        if (code is < MessagePackCode.UInt8 or > MessagePackCode.UInt64) throw Unexpected(code);
        isLarge = rest == 0 && bits < 0;
        return bits >>> rest;
    }

    private long ReadIntegerNearEnd(out bool isLarge)
    {
        isLarge = false;
        var code = Next();
        return code switch
        {
            <= MessagePackCode.MaxFixInt or >= MessagePackCode.MinNegativeFixInt => (sbyte)code,
            MessagePackCode.UInt8 => Take(1)[0],
            MessagePackCode.UInt16 => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            MessagePackCode.UInt32 => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
            MessagePackCode.Int8 => (sbyte)Take(1)[0],
            MessagePackCode.Int16 => BinaryPrimitives.ReadInt16BigEndian(Take(2)),
            MessagePackCode.Int32 => BinaryPrimitives.ReadInt32BigEndian(Take(4)),
            MessagePackCode.UInt64 or MessagePackCode.Int64 => throw TooShort(),
            _ => throw Unexpected(code),
        };
    }

    private static MessagePackSerializationException Unexpected(byte code)
        => new($"Unexpected msgpack code {code} ({MessagePackCode.ToFormatName(code)}) encountered.");

    private static EndOfStreamException TooShort() => new();
}
