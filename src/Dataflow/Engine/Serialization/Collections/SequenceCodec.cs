using System.Runtime.InteropServices;

namespace Dataflow.Serialization;

/// <summary>Writes a collection as an array; if its comparer has another number than 0, as a map of that number to the array.</summary>
/// <typeparam name="TCollection">The declared type of the collection.</typeparam>
/// <typeparam name="T">The type of the elements.</typeparam>
internal abstract class SequenceCodec<TCollection, T>(ValueCodecs codecs) : ValueCodec<TCollection?>
{
    private ValueCodec<T>? _elements; // found late: a type may contain itself

    private ValueCodec<T> Elements => _elements ??= codecs.Of<T>();

    protected abstract TCollection Make(T[] elements, int kind);

    protected abstract IEnumerable<T> ElementsOf(TCollection collection);

    /// <summary>Returns the number of the comparer, or of the type where it is not as declared.</summary>
    protected virtual int KindOf(TCollection collection)
        => collection!.GetType() == typeof(TCollection) ? 0 : throw SerdeException.OtherType(typeof(TCollection), collection.GetType());

    protected virtual bool IsNull(TCollection? collection) => collection is null;

    public override void Write(ref ValueWriter writer, TCollection? value)
    {
        if (IsNull(value))
        {
            writer.WriteNil();
            return;
        }

        if (KindOf(value!) is not 0 and var kind)
        {
            writer.WriteMapHeader(1);
            writer.WriteInt32(kind);
        }

        var elements = SpanOf(ElementsOf(value!));
        writer.WriteArrayHeader(elements.Length);
        foreach (ref readonly var element in elements) Elements.Write(ref writer, element);
    }

    public override TCollection? Read(ref ValueReader reader)
    {
        if (reader.TryReadNil()) return default;
        var kind = 0;
        if (reader.IsAtMap)
        {
            reader.ReadMapHeader();
            kind = reader.ReadInt32();
        }

        var elements = new T[reader.ReadArrayHeader()];
        for (var i = 0; i < elements.Length; i++) elements[i] = Elements.Read(ref reader);
        return Make(elements, kind);
    }

    private static ReadOnlySpan<T> SpanOf(IEnumerable<T> elements) => elements switch
    {
        T[] array => array,
        List<T> list => CollectionsMarshal.AsSpan(list),
        _ => elements.ToArray(),
    };
}
