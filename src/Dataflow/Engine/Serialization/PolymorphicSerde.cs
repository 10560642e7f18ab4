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
    private readonly Dictionary<Type, Subtype<TBase>> _byType;
    private readonly Dictionary<string, Subtype<TBase>> _byName;

    public PolymorphicCodec(IReadOnlyList<Type> types, ValueResolver resolver)
    {
        _byType = types.ToDictionary(static type => type, type => Subtype<TBase>.Of(type, resolver));
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
        subtype.Write(ref writer, value);
    }

    public override TBase? Read(ref ValueReader reader)
    {
        if (reader.TryReadNil()) return default;
        var isPair = reader.ReadArrayHeader() == 2;
        var name = reader.ReadString() ?? "";
        if (!isPair || !_byName.TryGetValue(name, out var subtype))
            throw SerdeException.Malformed(typeof(TBase), $"it names a type '{name}', which is not declared");
        return subtype.Read(ref reader);
    }
}
