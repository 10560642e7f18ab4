using System.Buffers;
using Dataflow.Serialization;

namespace Dataflow;

/// <summary>Writes values in MessagePack with all their content, by member name, or by place where the type declares places.</summary>
internal sealed class ValueSerde<T> : Serde<T>, IHasSchema
{
    private readonly ValueCodec<T> _codec;
    private readonly ValueResolver _resolver;
    private ValueSchema? _schema;

    private ValueSerde(ValueResolver resolver) => (_codec, _resolver) = (resolver.CodecOf<T>(), resolver);

    /// <summary>Whether the codec was made at compile time.</summary>
    public bool IsGenerated => _codec is RecordCodec<T> and not ReflectedCodec<T>;

    public ValueSchema Schema => _schema ??= ValueSchema.Of(typeof(T), _resolver);

    /// <exception cref="PlanException">The type, or one that it holds, cannot be written.</exception>
    public static ValueSerde<T> Create(ValueResolver resolver)
    {
        if (ValueCheck.FaultsOf(typeof(T), resolver) is { Count: > 0 } faults) throw PlanException.NoSerde(faults);
        return new(resolver);
    }

    public override void Write(T value, IBufferWriter<byte> bytes)
    {
        var writer = new ValueWriter(bytes);
        _codec.Write(ref writer, value);
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
            var reader = new ValueReader(bytes, _codec.LendsTexts ? lease : null);
            _codec.Read(ref reader, out value);
        }
        catch (Exception error) when (SerdeException.IsOfBytes(error))
        {
            throw SerdeException.Malformed(typeof(T), error);
        }
    }
}
