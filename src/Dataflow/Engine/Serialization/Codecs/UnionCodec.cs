using MessagePack;

namespace Dataflow.Serialization;

/// <summary>Writes values of a base type by the numbers that <see cref="UnionAttribute"/> gives its subtypes: an array of the number and
/// the value.</summary>
internal sealed class UnionCodec<TBase> : ValueCodec<TBase?>
{
    private readonly Dictionary<Type, (int Number, Subtype<TBase> Codec)> _byType = [];
    private readonly Dictionary<int, Subtype<TBase>> _byNumber = [];

    public UnionCodec(IEnumerable<UnionAttribute> union, ValueResolver resolver)
    {
        foreach (var of in union)
        {
            var codec = Subtype<TBase>.Of(of.SubType, resolver);
            if (!_byType.TryAdd(of.SubType, (of.Key, codec)) || !_byNumber.TryAdd(of.Key, codec))
                throw SerdeException.UnionTwice(typeof(TBase), of.SubType, of.Key);
        }
    }

    // Where the base type has fields of its own, their texts are not looked for among those of subtypes.
    internal override bool LendsTexts => typeof(TBase).IsAbstract;

    public override void Write(ref ValueWriter writer, TBase? value)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        if (!_byType.TryGetValue(value.GetType(), out var subtype)) throw SerdeException.NotInUnion(typeof(TBase), value.GetType());
        writer.WriteArrayHeader(2);
        writer.WriteInt32(subtype.Number);
        subtype.Codec.Write(ref writer, value);
    }

    public override TBase? Read(ref ValueReader reader)
    {
        if (reader.TryReadNil()) return default;
        var isPair = reader.ReadArrayHeader() == 2;
        var number = reader.ReadInt32();
        return isPair && _byNumber.TryGetValue(number, out var subtype) ? subtype.Read(ref reader)
            : throw SerdeException.Malformed(typeof(TBase), $"it names the type of number {number}, which no [Union] declares");
    }
}
