using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using Dataflow.Serialization;

namespace Dataflow.Codecs;

/// <summary>Makes the codecs of types of .NET that hold others, by the name of the type.</summary>
/// <remarks>For the codecs that <see cref="DataflowRecordAttribute"/> makes: types that they name need no reflection.</remarks>
public static class KnownCodecs
{
    /// <summary>Makes the codec of a type.</summary>
    /// <param name="codecs">Finds the codecs of what it holds.</param>
    public static ValueCodec<T?> Nullable<T>(ValueCodecs codecs)
        where T : struct
        => new NullableCodec<T>(codecs);

    /// <summary>Makes the codec of an enum.</summary>
    /// <typeparam name="T">The enum.</typeparam>
    /// <typeparam name="TNumber">The type of its numbers.</typeparam>
    /// <param name="codecs">Not used: an enum holds nothing.</param>
    public static ValueCodec<T> Enum<T, TNumber>(ValueCodecs codecs)
        where T : struct, Enum
        where TNumber : struct
        => new EnumCodec<T, TNumber>();

    /// <summary>Makes the codec of an interface of lists or sets.</summary>
    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<TInterface?> Sequence<TInterface, T>(ValueCodecs codecs)
        where TInterface : IEnumerable<T>
        => new InterfaceCodec<TInterface, T>(codecs);

    /// <summary>Makes the codec of an interface of dictionaries.</summary>
    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<TInterface?> Map<TInterface, TKey, TValue>(ValueCodecs codecs)
        where TInterface : class, IEnumerable<KeyValuePair<TKey, TValue>>
        where TKey : notnull
        => new DictionaryInterfaceCodec<TInterface, TKey, TValue>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<T[]?> Array<T>(ValueCodecs codecs) => new ArrayCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<System.Collections.Generic.List<T>?> List<T>(ValueCodecs codecs) => new ListCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<Queue<T>?> Queue<T>(ValueCodecs codecs) => new QueueCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<Stack<T>?> Stack<T>(ValueCodecs codecs) => new StackCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<LinkedList<T>?> LinkedList<T>(ValueCodecs codecs) => new LinkedListCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<ObservableCollection<T>?> ObservableCollection<T>(ValueCodecs codecs) => new ObservableCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<ReadOnlyCollection<T>?> ReadOnlyCollection<T>(ValueCodecs codecs) => new ReadOnlyCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<ConcurrentQueue<T>?> ConcurrentQueue<T>(ValueCodecs codecs) => new ConcurrentQueueCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<ConcurrentStack<T>?> ConcurrentStack<T>(ValueCodecs codecs) => new ConcurrentStackCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<HashSet<T>?> HashSet<T>(ValueCodecs codecs) => new HashSetCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<SortedSet<T>?> SortedSet<T>(ValueCodecs codecs) => new SortedSetCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<FrozenSet<T>?> FrozenSet<T>(ValueCodecs codecs) => new FrozenSetCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<ImmutableList<T>?> ImmutableList<T>(ValueCodecs codecs) => new ImmutableListCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<ImmutableQueue<T>?> ImmutableQueue<T>(ValueCodecs codecs) => new ImmutableQueueCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<ImmutableStack<T>?> ImmutableStack<T>(ValueCodecs codecs) => new ImmutableStackCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<ImmutableHashSet<T>?> ImmutableHashSet<T>(ValueCodecs codecs) => new ImmutableHashSetCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<ImmutableSortedSet<T>?> ImmutableSortedSet<T>(ValueCodecs codecs) => new ImmutableSortedSetCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<ImmutableArray<T>> ImmutableArray<T>(ValueCodecs codecs) => new ImmutableArrayCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<Memory<T>> Memory<T>(ValueCodecs codecs) => new MemoryOfCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<ReadOnlyMemory<T>> ReadOnlyMemory<T>(ValueCodecs codecs) => new ReadOnlyMemoryOfCodec<T>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<Dictionary<TKey, TValue>?> Dictionary<TKey, TValue>(ValueCodecs codecs)
        where TKey : notnull
        => new DictionaryCodec<TKey, TValue>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<SortedDictionary<TKey, TValue>?> SortedDictionary<TKey, TValue>(ValueCodecs codecs)
        where TKey : notnull
        => new SortedDictionaryCodec<TKey, TValue>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<SortedList<TKey, TValue>?> SortedList<TKey, TValue>(ValueCodecs codecs)
        where TKey : notnull
        => new SortedListCodec<TKey, TValue>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<ConcurrentDictionary<TKey, TValue>?> ConcurrentDictionary<TKey, TValue>(ValueCodecs codecs)
        where TKey : notnull
        => new ConcurrentDictionaryCodec<TKey, TValue>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<FrozenDictionary<TKey, TValue>?> FrozenDictionary<TKey, TValue>(ValueCodecs codecs)
        where TKey : notnull
        => new FrozenDictionaryCodec<TKey, TValue>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<ImmutableDictionary<TKey, TValue>?> ImmutableDictionary<TKey, TValue>(ValueCodecs codecs)
        where TKey : notnull
        => new ImmutableDictionaryCodec<TKey, TValue>(codecs);

    /// <inheritdoc cref="Nullable"/>
    public static ValueCodec<ImmutableSortedDictionary<TKey, TValue>?> ImmutableSortedDictionary<TKey, TValue>(ValueCodecs codecs)
        where TKey : notnull
        => new ImmutableSortedDictionaryCodec<TKey, TValue>(codecs);
}
