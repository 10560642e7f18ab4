using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Dataflow.Serialization;

/// <summary>Writes a dictionary declared as an interface: it is read back as the kind of dictionary that it was.</summary>
internal sealed class DictionaryInterfaceCodec<TInterface, TKey, TValue>(ValueCodecs codecs)
    : DictionaryCodec<TInterface, TKey, TValue>(codecs), IJsonPart
    where TInterface : class, IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    private const int Sorted = 100; // and the number of its comparer

    public JsonTypeInfo Json(JsonSerializerOptions options)
        => typeof(TInterface) == typeof(IDictionary<TKey, TValue>)
            ? JsonMetadataServices.CreateIDictionaryInfo<IDictionary<TKey, TValue>, TKey, TValue>(options, new())
            : JsonMetadataServices.CreateIReadOnlyDictionaryInfo<IReadOnlyDictionary<TKey, TValue>, TKey, TValue>(options, new());

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
