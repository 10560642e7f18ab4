using System.Buffers;
using Dataflow.Serialization;
using MessagePack;
using MessagePack.Formatters;

namespace Dataflow;

/// <summary>Writes values of a base type by their declared subtypes: a pair of the type's name and the value, in MessagePack.</summary>
internal sealed class PolymorphicSerde<TBase>(IReadOnlyList<Type> types) : Serde<TBase>
{
    private readonly PolymorphicFormatter<TBase> _formatter = new(types);

    public IReadOnlyList<Type> Types => types;

    public object Formatter => _formatter;

    public override string Signature => "polymorphic"; // a type may be added

    private static ValueResolver Resolver => Serdes.Current?.Resolver ?? ValueResolver.Default;

    public override void Write(TBase value, IBufferWriter<byte> bytes)
    {
        var writer = new MessagePackWriter(bytes);
        _formatter.Serialize(ref writer, value, Resolver.Options);
        writer.Flush();
    }

    public override TBase Read(ReadOnlyMemory<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        return _formatter.Deserialize(ref reader, Resolver.Options)!;
    }
}

internal sealed class PolymorphicFormatter<TBase> : IMessagePackFormatter<TBase?>
{
    private readonly Dictionary<Type, Subtype> _byType;
    private readonly Dictionary<string, Subtype> _byName;

    public PolymorphicFormatter(IReadOnlyList<Type> types)
    {
        _byType = types.ToDictionary(
            static type => type, static type => (Subtype)Activator.CreateInstance(typeof(Subtype<>).MakeGenericType(typeof(TBase), type))!);
        _byName = _byType.ToDictionary(static type => TypeNames.Of(type.Key), static type => type.Value, StringComparer.Ordinal);
    }

    public void Serialize(ref MessagePackWriter writer, TBase? value, MessagePackSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        if (!_byType.TryGetValue(value.GetType(), out var subtype)) throw SerdeException.Undeclared(typeof(TBase), value.GetType());
        writer.WriteArrayHeader(2);
        writer.Write(TypeNames.Of(value.GetType()));
        Depth.Enter(typeof(TBase));
        try
        {
            subtype.Write(ref writer, value, options);
        }
        finally
        {
            Depth.Leave();
        }
    }

    public TBase? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.TryReadNil()) return default;
        var isPair = reader.ReadArrayHeader() == 2;
        var name = reader.ReadString() ?? "";
        if (!isPair || !_byName.TryGetValue(name, out var subtype))
            throw SerdeException.Malformed(typeof(TBase), $"it names a type '{name}', which is not declared");
        Depth.Enter(typeof(TBase));
        try
        {
            return subtype.Read(ref reader, options);
        }
        finally
        {
            Depth.Leave();
        }
    }

    private abstract class Subtype
    {
        public abstract void Write(ref MessagePackWriter writer, TBase value, MessagePackSerializerOptions options);

        public abstract TBase Read(ref MessagePackReader reader, MessagePackSerializerOptions options);
    }

    private sealed class Subtype<T> : Subtype
        where T : TBase
    {
        private IMessagePackFormatter<T?>? _own; // the base type's own members, where it is one of the types

        public override void Write(ref MessagePackWriter writer, TBase value, MessagePackSerializerOptions options)
            => FormatterIn(options).Serialize(ref writer, (T)value!, options);

        public override TBase Read(ref MessagePackReader reader, MessagePackSerializerOptions options)
            => FormatterIn(options).Deserialize(ref reader, options)!;

        private IMessagePackFormatter<T?> FormatterIn(MessagePackSerializerOptions options)
            => typeof(T) == typeof(TBase)
                ? _own ??= new ObjectFormatter<T>((ValueResolver)options.Resolver) : options.Resolver.GetFormatterWithVerify<T?>();
    }
}
