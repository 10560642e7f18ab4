using System.Buffers;
using Dataflow.Serialization;
using MessagePack;
using MessagePack.Formatters;

namespace Dataflow;

/// <summary>Writes values in MessagePack with all their content, by member name, or by place where the type declares places.</summary>
internal sealed class ValueSerde<T> : Serde<T>
{
    private readonly MessagePackSerializerOptions _options;

    // Found once: the library's own entry points look the formatter up on every call.
    private readonly IMessagePackFormatter<T> _formatter;

    private readonly ValueCodec<T>? _codec; // where it was made at compile time

    private ValueSerde(IMessagePackFormatter<T> formatter, MessagePackSerializerOptions options)
        => (_formatter, _codec, _options) = (formatter, (formatter as CodecFormatter<T>)?.Codec, options);

    /// <exception cref="PlanException">The type, or one that it holds, cannot be written.</exception>
    public static ValueSerde<T> Create(ValueResolver resolver)
    {
        if (ValueCheck.FaultsOf(typeof(T), resolver) is { Count: > 0 } faults) throw PlanException.NoSerde(faults);
        return new(resolver.GetFormatterWithVerify<T>(), resolver.Options);
    }

    public override void Write(T value, IBufferWriter<byte> bytes)
    {
        if (_codec is { } codec)
        {
            var direct = new ValueWriter(bytes);
            codec.Write(ref direct, value);
            direct.Flush();
            return;
        }

        var writer = new MessagePackWriter(bytes);
        _formatter.Serialize(ref writer, value, _options);
        writer.Flush();
    }

    public override T Read(ReadOnlyMemory<byte> bytes)
    {
        ReadWithin(bytes, null, out var value);
        return value;
    }

    public override void ReadWithin(ReadOnlyMemory<byte> bytes, TextLease? lease, out T value)
    {
        try
        {
            if (_codec is { } codec)
            {
                var direct = new ValueReader(bytes, lease);
                codec.Read(ref direct, out value);
                return;
            }

            var reader = new MessagePackReader(bytes);
            value = _formatter.Deserialize(ref reader, _options);
        }
        catch (Exception error) when (SerdeException.IsOfBytes(error))
        {
            throw SerdeException.Malformed(typeof(T), error);
        }
    }
}
