using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Windows;

/// <summary>The state of one key's open window, or of a pane of it.</summary>
/// <remarks>It is one entry of the state, so that a record costs one lookup.</remarks>
[MessagePackFormatter(typeof(OpenWindowFormatter<>))]
internal struct OpenWindow<TAccumulator>
{
    /// <summary>The time of the oldest record.</summary>
    public long First;

    /// <summary>The time of the newest record.</summary>
    public long Last;

    /// <summary>The start of the key's next window, for steps that keep several.</summary>
    public long Next;

    /// <summary>The time when the step looks at the key's windows again.</summary>
    public long Due;

    /// <summary>The number of records since the last result.</summary>
    public int Pending;

    /// <summary>The number of results so far.</summary>
    public int Firings;

    public TAccumulator Value;

    /// <summary>Extends the window's bounds to a record's time.</summary>
    public void Widen(long time)
    {
        if (time < First) First = time;
        if (time > Last) Last = time;
    }
}

/// <summary>Writes a window whose accumulator holds references; others are written as they lie in memory.</summary>
internal sealed class OpenWindowFormatter<TAccumulator> : IMessagePackFormatter<OpenWindow<TAccumulator>>
{
    private const int Fields = 7;

    public void Serialize(ref MessagePackWriter writer, OpenWindow<TAccumulator> value, MessagePackSerializerOptions options)
    {
        writer.WriteArrayHeader(Fields);
        writer.Write(value.First);
        writer.Write(value.Last);
        writer.Write(value.Next);
        writer.Write(value.Due);
        writer.Write(value.Pending);
        writer.Write(value.Firings);
        options.Resolver.GetFormatterWithVerify<TAccumulator>().Serialize(ref writer, value.Value, options);
    }

    public OpenWindow<TAccumulator> Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        _ = reader.ReadArrayHeader();
        return new OpenWindow<TAccumulator>
        {
            First = reader.ReadInt64(),
            Last = reader.ReadInt64(),
            Next = reader.ReadInt64(),
            Due = reader.ReadInt64(),
            Pending = reader.ReadInt32(),
            Firings = reader.ReadInt32(),
            Value = options.Resolver.GetFormatterWithVerify<TAccumulator>().Deserialize(ref reader, options),
        };
    }
}
