namespace Dataflow.Serialization;

/// <summary>Writes a dictionary as a map; if its comparer has another number than 0, as an array of that number and the map.</summary>
internal abstract class DictionaryCodec<TDictionary, TKey, TValue>(ValueCodecs codecs) : ValueCodec<TDictionary?>
    where TDictionary : class, IEnumerable<KeyValuePair<TKey, TValue>>
    where TKey : notnull
{
    private ValueCodec<TKey>? _keys;
    private ValueCodec<TValue>? _values;

    private ValueCodec<TKey> Keys => _keys ??= codecs.Of<TKey>();

    private ValueCodec<TValue> Values => _values ??= codecs.Of<TValue>();

    protected abstract TDictionary Make(KeyValuePair<TKey, TValue>[] entries, int kind);

    protected abstract int KindOf(TDictionary dictionary);

    public override void Write(ref ValueWriter writer, TDictionary? value)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        if (KindOf(value) is not 0 and var kind)
        {
            writer.WriteArrayHeader(2);
            writer.WriteInt32(kind);
        }

        var entries = value.ToArray();
        writer.WriteMapHeader(entries.Length);
        foreach (var (key, of) in entries)
        {
            Keys.Write(ref writer, key);
            Values.Write(ref writer, of);
        }
    }

    public override TDictionary? Read(ref ValueReader reader)
    {
        if (reader.TryReadNil()) return null;
        var kind = 0;
        if (reader.IsAtArray)
        {
            reader.ReadArrayHeader();
            kind = reader.ReadInt32();
        }

        var entries = new KeyValuePair<TKey, TValue>[reader.ReadMapHeader()];
        for (var i = 0; i < entries.Length; i++) entries[i] = new(Keys.Read(ref reader), Values.Read(ref reader));
        return Make(entries, kind);
    }

    protected static int Exact(TDictionary dictionary, int number)
        => dictionary.GetType() == typeof(TDictionary) ? number : throw SerdeException.OtherType(typeof(TDictionary), dictionary.GetType());
}
