namespace Dataflow.Codecs;

/// <summary>The form of a tuple of several, as the compiler would make it of a record with as many places.</summary>
/// <remarks>For steps that keep tuples of types which only their users know.</remarks>
internal sealed class TupleForm<T>(params TupleMember<T>[] members) : RecordForm<T>
{
    public override IReadOnlyList<RecordMember> Members { get; } =
        [.. members.Select(static (of, i) => new RecordMember($"Item{i + 1}", of.Type, i))];

    public override IReadOnlyList<Type> Inlined => [];

    public override bool IsMemberwise => true;

    public override RecordCodec<T> Make(ValueCodecs codecs) => new TupleCodec<T>(this, [.. members.Select(member => member.Open(codecs))]);
}

/// <summary>A reference to a member of a tuple.</summary>
internal delegate ref TMember MemberOf<T, TMember>(ref T tuple);

/// <summary>A member of a tuple.</summary>
internal abstract class TupleMember<T>
{
    public abstract Type Type { get; }

    public abstract TupleMember<T> Open(ValueCodecs codecs);

    public abstract void Write(ref ValueWriter writer, ref T tuple);

    public abstract void Read(ref ValueReader reader, ref T tuple);

    public abstract void Copy(ref T from, ref T to);
}

internal sealed class TupleMember<T, TMember>(MemberOf<T, TMember> at, ValueCodecs? codecs = null) : TupleMember<T>
{
    private ValueCodec<TMember>? _codec; // found late: a type may contain itself

    public override Type Type => typeof(TMember);

    private ValueCodec<TMember> Codec => _codec ??= codecs!.OfMember<TMember>();

    public override TupleMember<T> Open(ValueCodecs codecs) => new TupleMember<T, TMember>(at, codecs);

    public override void Write(ref ValueWriter writer, ref T tuple) => Codec.Write(ref writer, at(ref tuple));

    public override void Read(ref ValueReader reader, ref T tuple) => at(ref tuple) = Codec.Read(ref reader);

    public override void Copy(ref T from, ref T to) => at(ref to) = at(ref from);
}

internal sealed class TupleCodec<T>(TupleForm<T> form, TupleMember<T>[] members) : RecordCodec<T>(form, hasIgnored: false)
{
    protected override void WriteMembers(ref ValueWriter writer, ref T value)
    {
        writer.WriteArrayHeader(members.Length);
        foreach (var member in members) member.Write(ref writer, ref value);
    }

    protected override bool ReadInOrder(ref ValueReader reader, ref T value, ref int member)
    {
        for (member = 0; member < members.Length; member++) members[member].Read(ref reader, ref value);
        member--;
        return true;
    }

    protected override void ReadMember(ref ValueReader reader, ref T value, int member) => members[member].Read(ref reader, ref value);

    protected override void CopyMember(ref T from, ref T to, int member) => members[member].Copy(ref from, ref to);

    protected override T Construct(ref T read, ReadOnlySpan<bool> found) => read;
}
