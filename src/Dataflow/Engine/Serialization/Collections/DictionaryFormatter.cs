using MessagePack.Formatters;
using MessagePack;

namespace Dataflow.Serialization;

/// <summary>Writes a dictionary as a map; if its comparer has another number than 0, as an array of that number and the map.</summary>
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
