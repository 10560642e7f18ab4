using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Joins;

/// <summary>A record that a join keeps for partners to come.</summary>
[MessagePackFormatter(typeof(KeptRecordFormatter<>))]
internal struct KeptRecord<T>
{
    /// <summary>The record's time.</summary>
    public long Time;

    /// <summary>The time of the last partner that it may have; <see cref="long.MaxValue"/>: there is no limit.</summary>
    public long End;

    /// <summary>In the first entry of a key: how many records of the key follow each other from there.</summary>
    public int Count;

    /// <summary>Whether it has had a partner.</summary>
    public bool IsMatched;

    public T Value;
}

/// <summary>Writes a record whose value holds references; others are written as they lie in memory.</summary>
internal sealed class KeptRecordFormatter<T> : IMessagePackFormatter<KeptRecord<T>>
{
    private const int Fields = 5;

    public void Serialize(ref MessagePackWriter writer, KeptRecord<T> value, MessagePackSerializerOptions options)
    {
        writer.WriteArrayHeader(Fields);
        writer.Write(value.Time);
        writer.Write(value.End);
        writer.Write(value.Count);
        writer.Write(value.IsMatched);
        options.Resolver.GetFormatterWithVerify<T>().Serialize(ref writer, value.Value, options);
    }

    public KeptRecord<T> Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        _ = reader.ReadArrayHeader();
        return new KeptRecord<T>
        {
            Time = reader.ReadInt64(),
            End = reader.ReadInt64(),
            Count = reader.ReadInt32(),
            IsMatched = reader.ReadBoolean(),
            Value = options.Resolver.GetFormatterWithVerify<T>().Deserialize(ref reader, options),
        };
    }
}
