namespace Dataflow.Windows;

/// <summary>The state of one key's open window, or of a pane of it.</summary>
/// <remarks>It is one entry of the state, so that a record costs one lookup.</remarks>
internal struct OpenWindow<TAccumulator> : IHasCodec<OpenWindow<TAccumulator>>
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

    readonly ValueCodec<OpenWindow<TAccumulator>> IHasCodec<OpenWindow<TAccumulator>>.MakeCodec(ValueCodecs codecs)
        => new OpenWindowCodec<TAccumulator>(codecs);

    /// <summary>Extends the window's bounds to a record's time.</summary>
    public void Widen(long time)
    {
        if (time < First) First = time;
        if (time > Last) Last = time;
    }
}

/// <summary>Writes a window whose accumulator holds references; others are written as they lie in memory.</summary>
internal sealed class OpenWindowCodec<TAccumulator>(ValueCodecs codecs) : ValueCodec<OpenWindow<TAccumulator>>
{
    private const int Fields = 7;

    private readonly ValueCodec<TAccumulator> _accumulators = codecs.Of<TAccumulator>();

    public override void Write(ref ValueWriter writer, OpenWindow<TAccumulator> value)
    {
        writer.WriteArrayHeader(Fields);
        writer.WriteInt64(value.First);
        writer.WriteInt64(value.Last);
        writer.WriteInt64(value.Next);
        writer.WriteInt64(value.Due);
        writer.WriteInt32(value.Pending);
        writer.WriteInt32(value.Firings);
        _accumulators.Write(ref writer, value.Value);
    }

    public override OpenWindow<TAccumulator> Read(ref ValueReader reader)
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
            Value = _accumulators.Read(ref reader),
        };
    }
}
