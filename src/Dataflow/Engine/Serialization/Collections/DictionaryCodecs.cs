using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dataflow.Serialization;

internal sealed class DictionaryCodec<TKey, TValue>(ValueCodecs codecs)
    : DictionaryCodec<Dictionary<TKey, TValue>, TKey, TValue>(codecs), IJsonPart
    where TKey : notnull
{
    public JsonTypeInfo Json(JsonSerializerOptions options)
        => JsonMetadataServices.CreateDictionaryInfo<Dictionary<TKey, TValue>, TKey, TValue>(
            options, new() { ObjectCreator = static () => [] });

    protected override Dictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] entries, int kind)
        => new(entries, Comparers.Equality<TKey>(kind));

    protected override int KindOf(Dictionary<TKey, TValue> dictionary)
        => Exact(dictionary, Comparers.NumberOf(dictionary.Comparer, typeof(Dictionary<TKey, TValue>)));
}

internal sealed class SortedDictionaryCodec<TKey, TValue>(ValueCodecs codecs)
    : DictionaryCodec<SortedDictionary<TKey, TValue>, TKey, TValue>(codecs)
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

internal sealed class SortedListCodec<TKey, TValue>(ValueCodecs codecs)
    : DictionaryCodec<SortedList<TKey, TValue>, TKey, TValue>(codecs)
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

internal sealed class ConcurrentDictionaryCodec<TKey, TValue>(ValueCodecs codecs)
    : DictionaryCodec<ConcurrentDictionary<TKey, TValue>, TKey, TValue>(codecs)
    where TKey : notnull
{
    protected override ConcurrentDictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] entries, int kind)
        => new(entries, Comparers.Equality<TKey>(kind));

    protected override int KindOf(ConcurrentDictionary<TKey, TValue> dictionary)
        => Exact(dictionary, Comparers.NumberOf(dictionary.Comparer, typeof(ConcurrentDictionary<TKey, TValue>)));
}

internal sealed class FrozenDictionaryCodec<TKey, TValue>(ValueCodecs codecs)
    : DictionaryCodec<FrozenDictionary<TKey, TValue>, TKey, TValue>(codecs)
    where TKey : notnull
{
    protected override FrozenDictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] entries, int kind)
        => entries.ToFrozenDictionary(Comparers.Equality<TKey>(kind));

    protected override int KindOf(FrozenDictionary<TKey, TValue> dictionary)
        => Comparers.NumberOf(dictionary.Comparer, typeof(FrozenDictionary<TKey, TValue>));
}

internal sealed class ImmutableDictionaryCodec<TKey, TValue>(ValueCodecs codecs)
    : DictionaryCodec<ImmutableDictionary<TKey, TValue>, TKey, TValue>(codecs)
    where TKey : notnull
{
    protected override ImmutableDictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] entries, int kind)
        => ImmutableDictionary.CreateRange(Comparers.Equality<TKey>(kind), entries);

    protected override int KindOf(ImmutableDictionary<TKey, TValue> dictionary)
        => Comparers.NumberOf(dictionary.ValueComparer, typeof(ImmutableDictionary<TKey, TValue>)) is 0
            ? Comparers.NumberOf(dictionary.KeyComparer, typeof(ImmutableDictionary<TKey, TValue>))
            : throw SerdeException.Comparer(typeof(ImmutableDictionary<TKey, TValue>));
}

internal sealed class ImmutableSortedDictionaryCodec<TKey, TValue>(ValueCodecs codecs)
    : DictionaryCodec<ImmutableSortedDictionary<TKey, TValue>, TKey, TValue>(codecs)
    where TKey : notnull
{
    protected override ImmutableSortedDictionary<TKey, TValue> Make(KeyValuePair<TKey, TValue>[] entries, int kind)
        => ImmutableSortedDictionary.CreateRange(Comparers.Order<TKey>(kind), entries);

    protected override int KindOf(ImmutableSortedDictionary<TKey, TValue> dictionary)
        => Comparers.NumberOf(dictionary.ValueComparer, typeof(ImmutableSortedDictionary<TKey, TValue>)) is 0
            ? Comparers.NumberOf(dictionary.KeyComparer, typeof(ImmutableSortedDictionary<TKey, TValue>))
            : throw SerdeException.Comparer(typeof(ImmutableSortedDictionary<TKey, TValue>));
}
