namespace Dataflow.Codecs;

/// <summary>The form of a tuple of two, as the compiler would make it of a record with two places.</summary>
/// <remarks>For the codecs that <see cref="DataflowRecordAttribute"/> makes, and for steps that keep pairs of types which only their users
/// know.</remarks>
public sealed class PairForm<T1, T2> : RecordForm<(T1, T2)>
{
    /// <inheritdoc/>
    public override IReadOnlyList<RecordMember> Members { get; } =
        [new(nameof(ValueTuple<T1, T2>.Item1), typeof(T1), 0), new(nameof(ValueTuple<T1, T2>.Item2), typeof(T2), 1)];

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Inlined => [];

    /// <inheritdoc/>
    public override bool IsMemberwise => true;

    /// <inheritdoc/>
    public override RecordCodec<(T1, T2)> Make(ValueCodecs codecs) => new PairCodec<T1, T2>(this, codecs);
}

internal sealed class PairCodec<T1, T2>(PairForm<T1, T2> form, ValueCodecs codecs) : RecordCodec<(T1, T2)>(form, hasIgnored: false)
{
    private ValueCodec<T1>? _first; // found late: a type may contain itself
    private ValueCodec<T2>? _second;

    private ValueCodec<T1> First => _first ??= codecs.OfMember<T1>();

    private ValueCodec<T2> Second => _second ??= codecs.OfMember<T2>();

    protected override void WriteMembers(ref ValueWriter writer, ref (T1, T2) value)
    {
        writer.WriteArrayHeader(2);
        First.Write(ref writer, value.Item1);
        Second.Write(ref writer, value.Item2);
    }

    protected override bool ReadInOrder(ref ValueReader reader, ref (T1, T2) value, ref int member)
    {
        ReadMember(ref reader, ref value, member = 0);
        ReadMember(ref reader, ref value, member = 1);
        return true;
    }

    protected override void ReadMember(ref ValueReader reader, ref (T1, T2) value, int member)
    {
        if (member == 0) value.Item1 = First.Read(ref reader);
        else value.Item2 = Second.Read(ref reader);
    }

    protected override void CopyMember(ref (T1, T2) from, ref (T1, T2) to, int member)
    {
        if (member == 0) to.Item1 = from.Item1;
        else to.Item2 = from.Item2;
    }

    protected override (T1, T2) Construct(ref (T1, T2) read, ReadOnlySpan<bool> found) => read;
}
