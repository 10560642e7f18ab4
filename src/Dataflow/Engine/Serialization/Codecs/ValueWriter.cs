using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Dataflow.Serialization;
using MessagePack;

namespace Dataflow.Codecs;

/// <summary>Writes values in MessagePack straight into a buffer, each in the form that <see cref="Serde{T}.Default"/> gives it.</summary>
/// <remarks>For the codecs that <see cref="DataflowRecordAttribute"/> makes. What was written is in the buffer after
/// <see cref="Flush"/>.</remarks>
/// <param name="buffer">The buffer; nothing else may write to it until <see cref="Flush"/>.</param>
public ref struct ValueWriter(IBufferWriter<byte> buffer)
{
    private const int MaxScalar = 9;

    private readonly IBufferWriter<byte> _buffer = buffer;
    private Span<byte> _span;
    private int _at;

    /// <summary>Hands what was written to the buffer.</summary>
    public void Flush()
    {
        if (_at > 0) _buffer.Advance(_at);
        _span = default;
        _at = 0;
    }

    /// <summary>Writes bytes as they are, which must be whole values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteRaw(scoped ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_span[_at..]);
        _at += bytes.Length;
    }

    /// <summary>Begins an array.</summary>
    /// <param name="count">The number of its values, which follow.</param>
    public void WriteArrayHeader(int count)
        => WriteHeader(count, MessagePackCode.MinFixArray, MessagePackCode.Array16, MessagePackCode.Array32);

    /// <summary>Begins a map.</summary>
    /// <param name="count">The number of its pairs, which follow: each key before its value.</param>
    public void WriteMapHeader(int count)
        => WriteHeader(count, MessagePackCode.MinFixMap, MessagePackCode.Map16, MessagePackCode.Map32);

    /// <summary>Writes bytes as one value.</summary>
    public void WriteBytes(scoped ReadOnlySpan<byte> value)
    {
        Reserve(MaxScalar);
        ref var to = ref _span[_at];
        var length = value.Length;
        if (length <= byte.MaxValue) Put(ref to, MessagePackCode.Bin8, (byte)length);
        else if (length <= ushort.MaxValue) Put(ref to, MessagePackCode.Bin16, BinaryPrimitives.ReverseEndianness((ushort)length));
        else Put(ref to, MessagePackCode.Bin32, BinaryPrimitives.ReverseEndianness(length));
        WriteRaw(value);
    }

    /// <summary>Writes null.</summary>
    public void WriteNil() => WriteCode(MessagePackCode.Nil);

    /// <summary>Writes a truth value.</summary>
    public void WriteBoolean(bool value) => WriteCode(value ? MessagePackCode.True : MessagePackCode.False);

    /// <summary>Writes a character as its number.</summary>
    public void WriteChar(char value) => WriteUInt64(value);

    /// <summary>Writes a whole number in as few bytes as it needs.</summary>
    public void WriteSByte(sbyte value) => WriteInt64(value);

    /// <inheritdoc cref="WriteSByte"/>
    public void WriteByte(byte value) => WriteUInt64(value);

    /// <inheritdoc cref="WriteSByte"/>
    public void WriteInt16(short value) => WriteInt64(value);

    /// <inheritdoc cref="WriteSByte"/>
    public void WriteUInt16(ushort value) => WriteUInt64(value);

    /// <inheritdoc cref="WriteSByte"/>
    public void WriteInt32(int value) => WriteInt64(value);

    /// <inheritdoc cref="WriteSByte"/>
    public void WriteUInt32(uint value) => WriteUInt64(value);

    /// <inheritdoc cref="WriteSByte"/>
    public void WriteInt64(long value)
    {
        if (value >= 0) WriteUInt64((ulong)value);
        else WriteNegative(value);
    }

    /// <inheritdoc cref="WriteSByte"/>
    public void WriteUInt64(ulong value)
    {
        Reserve(MaxScalar);
        ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(_span), _at);
        if (value <= MessagePackRange.MaxFixPositiveInt)
        {
            to = (byte)value;
            _at++;
        }
        else if (value <= byte.MaxValue)
        {
            Put(ref to, MessagePackCode.UInt8, (byte)value);
        }
        else if (value <= ushort.MaxValue)
        {
            Put(ref to, MessagePackCode.UInt16, BinaryPrimitives.ReverseEndianness((ushort)value));
        }
        else if (value <= uint.MaxValue)
        {
            Put(ref to, MessagePackCode.UInt32, BinaryPrimitives.ReverseEndianness((uint)value));
        }
        else
        {
            Put(ref to, MessagePackCode.UInt64, BinaryPrimitives.ReverseEndianness(value));
        }
    }

    /// <summary>Writes a number of 32 bits.</summary>
    public void WriteSingle(float value)
    {
        Reserve(MaxScalar);
        Put(ref _span[_at], MessagePackCode.Float32, BinaryPrimitives.ReverseEndianness(BitConverter.SingleToUInt32Bits(value)));
    }

    /// <summary>Writes a number of 64 bits.</summary>
    public void WriteDouble(double value)
    {
        Reserve(MaxScalar);
        Put(ref _span[_at], MessagePackCode.Float64, BinaryPrimitives.ReverseEndianness(BitConverter.DoubleToUInt64Bits(value)));
    }

    /// <summary>Writes a decimal as text.</summary>
    public void WriteDecimal(decimal value)
    {
        Reserve(1 + MessagePackRange.MaxFixStringLength);
        if ((value == 0 && decimal.IsNegative(value)) || !Utf8Formatter.TryFormat(value, _span[(_at + 1)..], out var length))
        {
            var writer = Library();
            RareForms.WriteDecimal(ref writer, value);
            writer.Flush();
            return;
        }

        _span[_at] = (byte)(MessagePackCode.MinFixStr | length);
        _at += 1 + length;
    }

    /// <summary>Writes a span of time as its ticks.</summary>
    public void WriteTimeSpan(TimeSpan value) => WriteInt64(value.Ticks);

    /// <summary>Writes a time: in UTC as a timestamp, else as ticks and kind.</summary>
    public void WriteDateTime(DateTime value)
    {
        var ticks = value.Ticks - DateTime.UnixEpoch.Ticks;
        if (value.Kind != DateTimeKind.Utc || ticks < 0 || ticks / TimeSpan.TicksPerSecond >> 34 != 0)
        {
            var writer = Library();
            RareForms.WriteTime(ref writer, value);
            writer.Flush();
            return;
        }

        var (seconds, rest) = ((ulong)ticks / TimeSpan.TicksPerSecond, (ulong)ticks % TimeSpan.TicksPerSecond);
        var stamp = ((rest * TimeSpan.NanosecondsPerTick) << 34) | seconds;
        Reserve(10);
        _span[_at + 1] = unchecked((byte)ReservedMessagePackExtensionTypeCode.DateTime);
        if (stamp <= uint.MaxValue)
        {
            _span[_at] = MessagePackCode.FixExt4;
            BinaryPrimitives.WriteUInt32BigEndian(_span[(_at + 2)..], (uint)stamp);
            _at += 6;
        }
        else
        {
            _span[_at] = MessagePackCode.FixExt8;
            BinaryPrimitives.WriteUInt64BigEndian(_span[(_at + 2)..], stamp);
            _at += 10;
        }
    }

    /// <summary>Writes a GUID as text.</summary>
    public void WriteGuid(Guid value)
    {
        Reserve(2 + 36);
        Utf8Formatter.TryFormat(value, _span[(_at + 2)..], out _);
        _span[_at + 1] = 36;
        _span[_at] = MessagePackCode.Str8;
        _at += 2 + 36;
    }

    /// <summary>Writes a text in UTF-8, or null.</summary>
    public void WriteString(string? value)
    {
        if (value is null)
        {
            WriteNil();
            return;
        }

        // Most texts are ASCII, whose length in bytes is known.
        Reserve(5 + value.Length);
        var header = HeaderLength(value.Length);
        if (Ascii.FromUtf16(value, _span[(_at + header)..], out _) == OperationStatus.Done)
        {
            WriteTextHeader(value.Length);
            _at += value.Length;
        }
        else
        {
            WriteOtherThanAscii(value);
        }
    }

    /// <summary>Writes a text.</summary>
    public void WriteUtf8(Utf8 value)
    {
        var text = value.Span;
        Reserve(5 + text.Length);
        WriteTextHeader(text.Length);
        text.CopyTo(_span[_at..]);
        _at += text.Length;
    }

    /// <summary>Makes MessagePack's own writer for what few values have: flush it before anything else is written here.</summary>
    internal MessagePackWriter Library()
    {
        Flush();
        return new MessagePackWriter(_buffer);
    }

    private void WriteOtherThanAscii(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Reserve(5 + length);
        var text = _span.Slice(_at + HeaderLength(length), length);
        if (System.Text.Unicode.Utf8.FromUtf16(value, text, out _, out _, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            var writer = Library();
            RareForms.WriteUtf16(ref writer, value);
            writer.Flush();
            return;
        }

        WriteTextHeader(length);
        _at += length;
    }

    private static int HeaderLength(int length)
        => length <= MessagePackRange.MaxFixStringLength ? 1 : length <= byte.MaxValue ? 2 : length <= ushort.MaxValue ? 3 : 5;

    private void WriteTextHeader(int length)
    {
        var to = _span[_at..];
        switch (HeaderLength(length))
        {
            case 1:
                to[0] = (byte)(MessagePackCode.MinFixStr | length);
                _at++;
                break;
            case 2:
                (to[0], to[1]) = (MessagePackCode.Str8, (byte)length);
                _at += 2;
                break;
            case 3:
                to[0] = MessagePackCode.Str16;
                BinaryPrimitives.WriteUInt16BigEndian(to[1..], (ushort)length);
                _at += 3;
                break;
            default:
                to[0] = MessagePackCode.Str32;
                BinaryPrimitives.WriteInt32BigEndian(to[1..], length);
                _at += 5;
                break;
        }
    }

    private void WriteNegative(long value)
    {
        Reserve(MaxScalar);
        ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(_span), _at);
        if (value >= MessagePackRange.MinFixNegativeInt)
        {
            to = (byte)value;
            _at++;
        }
        else if (value >= sbyte.MinValue)
        {
            Put(ref to, MessagePackCode.Int8, (sbyte)value);
        }
        else if (value >= short.MinValue)
        {
            Put(ref to, MessagePackCode.Int16, BinaryPrimitives.ReverseEndianness((short)value));
        }
        else if (value >= int.MinValue)
        {
            Put(ref to, MessagePackCode.Int32, BinaryPrimitives.ReverseEndianness((int)value));
        }
        else
        {
            Put(ref to, MessagePackCode.Int64, BinaryPrimitives.ReverseEndianness(value));
        }
    }

    /// <summary>Writes a code and a number behind it, where there is room for <see cref="MaxScalar"/> bytes.</summary>
    private void Put<T>(ref byte to, byte code, T bits)
        where T : unmanaged
    {
        to = code;
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, 1), bits);
        _at += 1 + Unsafe.SizeOf<T>();
    }

    private void WriteHeader(int count, byte fix, byte code16, byte code32)
    {
        Reserve(MaxScalar);
        ref var to = ref _span[_at];
        if (count <= MessagePackRange.MaxFixArrayCount)
        {
            to = (byte)(fix | count);
            _at++;
        }
        else if (count <= ushort.MaxValue)
        {
            Put(ref to, code16, BinaryPrimitives.ReverseEndianness((ushort)count));
        }
        else
        {
            Put(ref to, code32, BinaryPrimitives.ReverseEndianness(count));
        }
    }

    private void WriteCode(byte code)
    {
        Reserve(1);
        _span[_at++] = code;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Reserve(int length)
    {
        if (_span.Length - _at < length) Grow(length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow(int length)
    {
        Flush();
        _span = _buffer.GetSpan(length);
    }
}
