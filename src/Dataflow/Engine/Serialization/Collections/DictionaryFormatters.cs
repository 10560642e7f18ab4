using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Dataflow.Serialization;

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

internal sealed class ImmutableSortedDictionaryFormatter<TKey, TValue>
    : DictionaryFormatter<ImmutableSortedDictionary<TKey, TValue>, TKey, TValue>
    where TKey : notnull
{
    protected override ImmutableSortedDictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] entries, int kind)
        => ImmutableSortedDictionary.CreateRange(Comparers.Order<TKey>(kind), entries);

    protected override int KindOf(ImmutableSortedDictionary<TKey, TValue> dictionary)
        => Comparers.NumberOf(dictionary.ValueComparer, typeof(ImmutableSortedDictionary<TKey, TValue>)) is 0
            ? Comparers.NumberOf(dictionary.KeyComparer, typeof(ImmutableSortedDictionary<TKey, TValue>))
            : throw SerdeException.Comparer(typeof(ImmutableSortedDictionary<TKey, TValue>));
}
