using System.Buffers;
using System.Runtime.CompilerServices;
using Dataflow.Serialization;

namespace Dataflow;

/// <summary>Writes values of a base type by their declared subtypes: a pair of the type's name and the value, in MessagePack.</summary>
internal sealed class PolymorphicSerde<TBase>(IReadOnlyList<Type> types) : Serde<TBase>, IHasSchema
{
    private readonly ConditionalWeakTable<ValueResolver, PolymorphicCodec<TBase>> _codecs = [];

    public IReadOnlyList<Type> Types => types;

    public override string Signature => "polymorphic"; // a type may be added

    public ValueSchema Schema => ValueSchema.Of(typeof(TBase), types, Resolver);

    private static ValueResolver Resolver => Serdes.Current?.Resolver ?? ValueResolver.Default;

    private PolymorphicCodec<TBase> Codec => CodecIn(Resolver);

    /// <summary>Returns the codec, with the serdes that a pipeline was given inside.</summary>
    public PolymorphicCodec<TBase> CodecIn(ValueResolver resolver) => _codecs.GetValue(resolver, of => new(types, of));

    public override void Write(TBase value, IBufferWriter<byte> bytes)
    {
        var writer = new ValueWriter(bytes);
        Codec.Write(ref writer, value);
        writer.Flush();
    }

    public override TBase Read(ReadOnlyMemory<byte> bytes)
    {
        var reader = new ValueReader(bytes);
        return Codec.Read(ref reader)!;
    }
}

internal sealed class PolymorphicCodec<TBase> : ValueCodec<TBase?>
{
    private readonly Dictionary<Type, Subtype> _byType;
    private readonly Dictionary<string, Subtype> _byName;

    public PolymorphicCodec(IReadOnlyList<Type> types, ValueResolver resolver)
    {
        _byType = types.ToDictionary(
            static type => type,
            type => (Subtype)ReflectedCodecs.Make(typeof(Subtype<>), [typeof(TBase), type], resolver));
        _byName = _byType.ToDictionary(static type => TypeNames.Of(type.Key), static type => type.Value, StringComparer.Ordinal);
    }

    public override void Write(ref ValueWriter writer, TBase? value)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        if (!_byType.TryGetValue(value.GetType(), out var subtype)) throw SerdeException.Undeclared(typeof(TBase), value.GetType());
        writer.WriteArrayHeader(2);
        writer.WriteString(TypeNames.Of(value.GetType()));
        Depth.Enter(typeof(TBase));
        try
        {
            subtype.Write(ref writer, value);
        }
        finally
        {
            Depth.Leave();
        }
    }

    public override TBase? Read(ref ValueReader reader)
    {
        if (reader.TryReadNil()) return default;
        var isPair = reader.ReadArrayHeader() == 2;
        var name = reader.ReadString() ?? "";
        if (!isPair || !_byName.TryGetValue(name, out var subtype))
            throw SerdeException.Malformed(typeof(TBase), $"it names a type '{name}', which is not declared");
        Depth.Enter(typeof(TBase));
        try
        {
            return subtype.Read(ref reader);
        }
        finally
        {
            Depth.Leave();
        }
    }

    private abstract class Subtype
    {
        public abstract void Write(ref ValueWriter writer, TBase value);

        public abstract TBase Read(ref ValueReader reader);
    }

    private sealed class Subtype<T>(ValueResolver resolver) : Subtype
        where T : TBase
    {
        private ValueCodec<T?>? _codec;

        // Of the base type its own members, where it is one of the types.
        private ValueCodec<T?> Codec
            => _codec ??= typeof(T) == typeof(TBase) ? new ReflectedCodec<T?>(resolver) : resolver.CodecOf<T?>();

        public override void Write(ref ValueWriter writer, TBase value) => Codec.Write(ref writer, (T)value!);

        public override TBase Read(ref ValueReader reader) => Codec.Read(ref reader)!;
    }
}
