using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Runtime.InteropServices;
using MessagePack;
using MessagePack.Formatters;

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

internal sealed class ArrayFormatter<T> : SequenceFormatter<T[], T>
{
    protected override T[] Make(T[] elements, int kind) => elements;

    protected override IEnumerable<T> ElementsOf(T[] collection) => collection;
}

internal sealed class ListFormatter<T> : SequenceFormatter<List<T>, T>
{
    protected override List<T> Make(T[] elements, int kind) => [.. elements];

    protected override IEnumerable<T> ElementsOf(List<T> collection) => collection;
}

internal sealed class QueueFormatter<T> : SequenceFormatter<Queue<T>, T>
{
    protected override Queue<T> Make(T[] elements, int kind) => new(elements);

    protected override IEnumerable<T> ElementsOf(Queue<T> collection) => collection;
}

internal sealed class StackFormatter<T> : SequenceFormatter<Stack<T>, T>
{
    protected override Stack<T> Make(T[] elements, int kind) => new(elements.Reverse());

    protected override IEnumerable<T> ElementsOf(Stack<T> collection) => collection;
}

internal sealed class LinkedListFormatter<T> : SequenceFormatter<LinkedList<T>, T>
{
    protected override LinkedList<T> Make(T[] elements, int kind) => new(elements);

    protected override IEnumerable<T> ElementsOf(LinkedList<T> collection) => collection;
}

internal sealed class ObservableFormatter<T> : SequenceFormatter<ObservableCollection<T>, T>
{
    protected override ObservableCollection<T> Make(T[] elements, int kind) => new(elements);

    protected override IEnumerable<T> ElementsOf(ObservableCollection<T> collection) => collection;
}

internal sealed class ReadOnlyFormatter<T> : SequenceFormatter<ReadOnlyCollection<T>, T>
{
    protected override ReadOnlyCollection<T> Make(T[] elements, int kind) => new(elements);

    protected override IEnumerable<T> ElementsOf(ReadOnlyCollection<T> collection) => collection;
}

internal sealed class ConcurrentQueueFormatter<T> : SequenceFormatter<ConcurrentQueue<T>, T>
{
    protected override ConcurrentQueue<T> Make(T[] elements, int kind) => new(elements);

    protected override IEnumerable<T> ElementsOf(ConcurrentQueue<T> collection) => collection.ToArray();
}

internal sealed class ConcurrentStackFormatter<T> : SequenceFormatter<ConcurrentStack<T>, T>
{
    protected override ConcurrentStack<T> Make(T[] elements, int kind) => new(elements.Reverse());

    protected override IEnumerable<T> ElementsOf(ConcurrentStack<T> collection) => collection.ToArray();
}

internal sealed class HashSetFormatter<T> : SequenceFormatter<HashSet<T>, T>
{
    protected override HashSet<T> Make(T[] elements, int kind) => new(elements, Comparers.Equality<T>(kind));

    protected override IEnumerable<T> ElementsOf(HashSet<T> collection) => collection;

    protected override int KindOf(HashSet<T> collection)
        => base.KindOf(collection) + Comparers.NumberOf(collection.Comparer, typeof(HashSet<T>));
}

internal sealed class SortedSetFormatter<T> : SequenceFormatter<SortedSet<T>, T>
{
    protected override SortedSet<T> Make(T[] elements, int kind) => new(elements, Comparers.Order<T>(kind));

    protected override IEnumerable<T> ElementsOf(SortedSet<T> collection) => collection;

    protected override int KindOf(SortedSet<T> collection)
        => base.KindOf(collection) + Comparers.NumberOf(collection.Comparer, typeof(SortedSet<T>));
}

internal sealed class FrozenSetFormatter<T> : SequenceFormatter<FrozenSet<T>, T>
{
    protected override FrozenSet<T> Make(T[] elements, int kind) => elements.ToFrozenSet(Comparers.Equality<T>(kind));

    protected override IEnumerable<T> ElementsOf(FrozenSet<T> collection) => collection;

    protected override int KindOf(FrozenSet<T> collection) => Comparers.NumberOf(collection.Comparer, typeof(FrozenSet<T>));
}

/// <summary>An array that was never made is not an empty one.</summary>
internal sealed class ImmutableArrayFormatter<T> : SequenceFormatter<ImmutableArray<T>, T>
{
    protected override ImmutableArray<T> Make(T[] elements, int kind) => ImmutableCollectionsMarshal.AsImmutableArray(elements);

    protected override IEnumerable<T> ElementsOf(ImmutableArray<T> collection) => collection;

    protected override bool IsNull(ImmutableArray<T> collection) => collection.IsDefault;
}

internal sealed class ImmutableListFormatter<T> : SequenceFormatter<ImmutableList<T>, T>
{
    protected override ImmutableList<T> Make(T[] elements, int kind) => [.. elements];

    protected override IEnumerable<T> ElementsOf(ImmutableList<T> collection) => collection;
}

internal sealed class ImmutableQueueFormatter<T> : SequenceFormatter<ImmutableQueue<T>, T>
{
    protected override ImmutableQueue<T> Make(T[] elements, int kind) => ImmutableQueue.CreateRange(elements);

    protected override IEnumerable<T> ElementsOf(ImmutableQueue<T> collection) => collection;
}

internal sealed class ImmutableStackFormatter<T> : SequenceFormatter<ImmutableStack<T>, T>
{
    protected override ImmutableStack<T> Make(T[] elements, int kind) => ImmutableStack.CreateRange(elements.Reverse());

    protected override IEnumerable<T> ElementsOf(ImmutableStack<T> collection) => collection;
}

internal sealed class ImmutableHashSetFormatter<T> : SequenceFormatter<ImmutableHashSet<T>, T>
{
    protected override ImmutableHashSet<T> Make(T[] elements, int kind)
        => ImmutableHashSet.CreateRange(Comparers.Equality<T>(kind), elements);

    protected override IEnumerable<T> ElementsOf(ImmutableHashSet<T> collection) => collection;

    protected override int KindOf(ImmutableHashSet<T> collection)
        => Comparers.NumberOf(collection.KeyComparer, typeof(ImmutableHashSet<T>));
}

internal sealed class ImmutableSortedSetFormatter<T> : SequenceFormatter<ImmutableSortedSet<T>, T>
{
    protected override ImmutableSortedSet<T> Make(T[] elements, int kind)
        => ImmutableSortedSet.CreateRange(Comparers.Order<T>(kind), elements);

    protected override IEnumerable<T> ElementsOf(ImmutableSortedSet<T> collection) => collection;

    protected override int KindOf(ImmutableSortedSet<T> collection)
        => Comparers.NumberOf(collection.KeyComparer, typeof(ImmutableSortedSet<T>));
}

internal sealed class MemoryOfFormatter<T> : SequenceFormatter<Memory<T>, T>
{
    protected override Memory<T> Make(T[] elements, int kind) => elements;

    protected override IEnumerable<T> ElementsOf(Memory<T> collection) => collection.ToArray();
}

internal sealed class ReadOnlyMemoryOfFormatter<T> : SequenceFormatter<ReadOnlyMemory<T>, T>
{
    protected override ReadOnlyMemory<T> Make(T[] elements, int kind) => elements;

    protected override IEnumerable<T> ElementsOf(ReadOnlyMemory<T> collection) => collection.ToArray();
}

/// <summary>An interface of lists and sets: the collection comes back as the array, list or set that it was, any other kind of list as an
/// array.</summary>
internal sealed class InterfaceFormatter<TInterface, T> : SequenceFormatter<TInterface, T>
    where TInterface : IEnumerable<T>
{
    private const int List = 1;
    private const int Hash = 100; // and the number of its comparer
    private const int Sorted = 200;

    private static readonly bool IsList = typeof(T[]).IsAssignableTo(typeof(TInterface));

    protected override TInterface Make(T[] elements, int kind) => (TInterface)(object)(kind switch
    {
        0 => elements,
        List => new List<T>(elements),
        >= Sorted => new SortedSet<T>(elements, Comparers.Order<T>(kind - Sorted)),
        _ => new HashSet<T>(elements, Comparers.Equality<T>(kind - Hash)),
    });

    protected override IEnumerable<T> ElementsOf(TInterface collection) => collection;

    protected override int KindOf(TInterface collection) => collection switch
    {
        List<T> => List,
        HashSet<T> set => Hash + Comparers.NumberOf(set.Comparer, typeof(TInterface)),
        SortedSet<T> set => Sorted + Comparers.NumberOf(set.Comparer, typeof(TInterface)),
        _ when IsList => 0,
        _ => throw SerdeException.OtherType(typeof(TInterface), collection.GetType()),
    };
}

/// <summary>A dictionary: a map; where it has a comparer of another number than 0, an array of that number and the map.</summary>
internal abstract class DictionaryFormatter<TDictionary, TKey, TValue> : IMessagePackFormatter<TDictionary?>
    where TDictionary : class, IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    private IMessagePackFormatter<TKey>? _keys;
    private IMessagePackFormatter<TValue>? _values;

    protected abstract TDictionary Make(KeyValuePair<TKey, TValue>[] entries, int kind);

    protected abstract int KindOf(TDictionary dictionary);

    public void Serialize(ref MessagePackWriter writer, TDictionary? value, MessagePackSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        if (KindOf(value) is not 0 and var kind)
        {
            writer.WriteArrayHeader(2);
            writer.Write(kind);
        }

        var (keys, values) = Formatters(options);
        var entries = value.ToArray();
        writer.WriteMapHeader(entries.Length);
        foreach (var (key, of) in entries)
        {
            keys.Serialize(ref writer, key, options);
            values.Serialize(ref writer, of, options);
        }
    }

    public TDictionary? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.TryReadNil()) return null;
        var kind = 0;
        if (reader.NextMessagePackType == MessagePackType.Array)
        {
            reader.ReadArrayHeader();
            kind = reader.ReadInt32();
        }

        var (keys, values) = Formatters(options);
        var entries = new KeyValuePair<TKey, TValue>[reader.ReadMapHeader()];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = new(keys.Deserialize(ref reader, options), values.Deserialize(ref reader, options));
        return Make(entries, kind);
    }

    protected static int Exact(TDictionary dictionary, int number)
        => dictionary.GetType() == typeof(TDictionary) ? number : throw SerdeException.OtherType(typeof(TDictionary), dictionary.GetType());

    private (IMessagePackFormatter<TKey> Keys, IMessagePackFormatter<TValue> Values) Formatters(MessagePackSerializerOptions options)
        => (_keys ??= options.Resolver.GetFormatterWithVerify<TKey>(), _values ??= options.Resolver.GetFormatterWithVerify<TValue>());
}

internal sealed class DictionaryFormatter<TKey, TValue> : DictionaryFormatter<Dictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override Dictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] entries, int kind)
        => new(entries, Comparers.Equality<TKey>(kind));

    protected override int KindOf(Dictionary<TKey, TValue> dictionary)
        => Exact(dictionary, Comparers.NumberOf(dictionary.Comparer, typeof(Dictionary<TKey, TValue>)));
}

internal sealed class SortedDictionaryFormatter<TKey, TValue> : DictionaryFormatter<SortedDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override SortedDictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] entries, int kind)
    {
        var dictionary = new SortedDictionary<TKey, TValue>(Comparers.Order<TKey>(kind));
        foreach (var (key, value) in entries) dictionary.Add(key, value);
        return dictionary;
    }

    protected override int KindOf(SortedDictionary<TKey, TValue> dictionary)
        => Exact(dictionary, Comparers.NumberOf(dictionary.Comparer, typeof(SortedDictionary<TKey, TValue>)));
}

internal sealed class SortedListFormatter<TKey, TValue> : DictionaryFormatter<SortedList<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override SortedList<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] entries, int kind)
    {
        var list = new SortedList<TKey, TValue>(entries.Length, Comparers.Order<TKey>(kind));
        foreach (var (key, value) in entries) list.Add(key, value);
        return list;
    }

    protected override int KindOf(SortedList<TKey, TValue> dictionary)
        => Exact(dictionary, Comparers.NumberOf(dictionary.Comparer, typeof(SortedList<TKey, TValue>)));
}

internal sealed class ConcurrentDictionaryFormatter<TKey, TValue> : DictionaryFormatter<ConcurrentDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override ConcurrentDictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] entries, int kind)
        => new(entries, Comparers.Equality<TKey>(kind));

    protected override int KindOf(ConcurrentDictionary<TKey, TValue> dictionary)
        => Exact(dictionary, Comparers.NumberOf(dictionary.Comparer, typeof(ConcurrentDictionary<TKey, TValue>)));
}

internal sealed class FrozenDictionaryFormatter<TKey, TValue> : DictionaryFormatter<FrozenDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override FrozenDictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] entries, int kind)
        => entries.ToFrozenDictionary(Comparers.Equality<TKey>(kind));

    protected override int KindOf(FrozenDictionary<TKey, TValue> dictionary)
        => Comparers.NumberOf(dictionary.Comparer, typeof(FrozenDictionary<TKey, TValue>));
}

internal sealed class ImmutableDictionaryFormatter<TKey, TValue> : DictionaryFormatter<ImmutableDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override ImmutableDictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] entries, int kind)
        => ImmutableDictionary.CreateRange(Comparers.Equality<TKey>(kind), entries);

    protected override int KindOf(ImmutableDictionary<TKey, TValue> dictionary)
        => Comparers.NumberOf(dictionary.ValueComparer, typeof(ImmutableDictionary<TKey, TValue>)) is 0
            ? Comparers.NumberOf(dictionary.KeyComparer, typeof(ImmutableDictionary<TKey, TValue>))
            : throw SerdeException.Comparer(typeof(ImmutableDictionary<TKey, TValue>));
}

internal sealed class ImmutableSortedDictionaryFormatter<TKey, TValue> : DictionaryFormatter<ImmutableSortedDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override ImmutableSortedDictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] entries, int kind)
        => ImmutableSortedDictionary.CreateRange(Comparers.Order<TKey>(kind), entries);

    protected override int KindOf(ImmutableSortedDictionary<TKey, TValue> dictionary)
        => Comparers.NumberOf(dictionary.ValueComparer, typeof(ImmutableSortedDictionary<TKey, TValue>)) is 0
            ? Comparers.NumberOf(dictionary.KeyComparer, typeof(ImmutableSortedDictionary<TKey, TValue>))
            : throw SerdeException.Comparer(typeof(ImmutableSortedDictionary<TKey, TValue>));
}

/// <summary>An interface of dictionaries: comes back as the kind of dictionary that it was.</summary>
internal sealed class DictionaryInterfaceFormatter<TInterface, TKey, TValue> : DictionaryFormatter<TInterface, TKey, TValue>
    where TInterface : class, IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    private const int Sorted = 100; // and the number of its comparer

    protected override TInterface Make(KeyValuePair<TKey, TValue>[] entries, int kind)
    {
        if (kind < Sorted) return (TInterface)(object)new Dictionary<TKey, TValue>(entries, Comparers.Equality<TKey>(kind));
        var sorted = new SortedDictionary<TKey, TValue>(Comparers.Order<TKey>(kind - Sorted));
        foreach (var (key, value) in entries) sorted.Add(key, value);
        return (TInterface)(object)sorted;
    }

    protected override int KindOf(TInterface dictionary) => dictionary switch
    {
        Dictionary<TKey, TValue> hashed => Comparers.NumberOf(hashed.Comparer, typeof(TInterface)),
        SortedDictionary<TKey, TValue> sorted => Sorted + Comparers.NumberOf(sorted.Comparer, typeof(TInterface)),
        _ => throw SerdeException.OtherType(typeof(TInterface), dictionary.GetType()),
    };
}
