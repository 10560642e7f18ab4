using MessagePack.Formatters;
using MessagePack;

namespace Dataflow.Serialization;

/// <summary>A collection of elements: an array; where it has a comparer of another number than 0, a map of that number to the
/// array.</summary>
/// <typeparam name="TCollection">The collection, as it is declared.</typeparam>
/// <typeparam name="T">What it holds.</typeparam>
internal abstract class SequenceFormatter<TCollection, T> : IMessagePackFormatter<TCollection?>
{
    private IMessagePackFormatter<T>? _elements;

    protected abstract TCollection Make(T[] elements, int kind);

    protected abstract IEnumerable<T> ElementsOf(TCollection collection);

    /// <summary>A number for the comparer, or for the type where it is not as declared.</summary>
    protected virtual int KindOf(TCollection collection)
        => collection!.GetType() == typeof(TCollection) ? 0 : throw SerdeException.OtherType(typeof(TCollection), collection.GetType());

    protected virtual bool IsNull(TCollection? collection) => collection is null;

    public void Serialize(ref MessagePackWriter writer, TCollection? value, MessagePackSerializerOptions options)
    {
        if (IsNull(value))
        {
            writer.WriteNil();
            return;
        }

        if (KindOf(value!) is not 0 and var kind)
        {
            writer.WriteMapHeader(1);
            writer.Write(kind);
        }

        _elements ??= options.Resolver.GetFormatterWithVerify<T>();
        var elements = ElementsOf(value!);
        if (!elements.TryGetNonEnumeratedCount(out var count)) (elements, count) = (elements.ToArray() is var all ? all : [], all.Length);
        writer.WriteArrayHeader(count);
        foreach (var element in elements) _elements.Serialize(ref writer, element, options);
    }

    public TCollection? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.TryReadNil()) return default;
        var kind = 0;
        if (reader.NextMessagePackType == MessagePackType.Map)
        {
            reader.ReadMapHeader();
            kind = reader.ReadInt32();
        }

        _elements ??= options.Resolver.GetFormatterWithVerify<T>();
        var elements = new T[reader.ReadArrayHeader()];
        for (var i = 0; i < elements.Length; i++) elements[i] = _elements.Deserialize(ref reader, options);
        return Make(elements, kind);
    }
}
