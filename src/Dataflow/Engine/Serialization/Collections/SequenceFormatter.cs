using MessagePack.Formatters;
using MessagePack;

namespace Dataflow.Serialization;

/// <summary>Writes a collection as an array; if its comparer has another number than 0, as a map of that number to the array.</summary>
/// <typeparam name="TCollection">The declared type of the collection.</typeparam>
/// <typeparam name="T">The type of the elements.</typeparam>
internal abstract class SequenceFormatter<TCollection, T> : IMessagePackFormatter<TCollection?>
{
    private IMessagePackFormatter<T>? _elements;

    protected abstract TCollection Make(T[] elements, int kind);

    protected abstract IEnumerable<T> ElementsOf(TCollection collection);

    /// <summary>Returns the number of the comparer, or of the type where it is not as declared.</summary>
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
