namespace Dataflow.Codecs;

/// <summary>The form of a tuple of several, as the compiler would make it of a record with as many places.</summary>
/// <remarks>For steps that keep tuples of types which only their users know.</remarks>
/// <param name="members">Its members, in their order.</param>
public sealed class TupleForm<T>(params TupleMember<T>[] members) : RecordForm<T>
{
    /// <inheritdoc/>
    public override IReadOnlyList<RecordMember> Members { get; } =
        [.. members.Select(static (of, i) => new RecordMember($"Item{i + 1}", of.Type, i))];

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Inlined => [];

    /// <inheritdoc/>
    public override bool IsMemberwise => true;

    /// <inheritdoc/>
    public override RecordCodec<T> Make(ValueCodecs codecs) => new TupleCodec<T>(this, [.. members.Select(member => member.Open(codecs))]);
}

/// <summary>A reference to a member of a tuple.</summary>
public delegate ref TMember MemberOf<T, TMember>(ref T tuple);

/// <summary>A member of a tuple.</summary>
public abstract class TupleMember<T>
{
    private protected TupleMember()
    {
    }

    internal abstract Type Type { get; }

    internal abstract TupleMember<T> Open(ValueCodecs codecs);

    internal abstract void Write(ref ValueWriter writer, ref T tuple);

    internal abstract void Read(ref ValueReader reader, ref T tuple);

    internal abstract void Copy(ref T from, ref T to);
}

/// <summary>A member of the type <typeparamref name="TMember"/>.</summary>
public sealed class TupleMember<T, TMember> : TupleMember<T>
{
    private readonly MemberOf<T, TMember> _at;
    private readonly ValueCodecs? _codecs;
    private ValueCodec<TMember>? _codec; // found late: a type may contain itself

    /// <param name="at">Finds it in a tuple.</param>
    public TupleMember(MemberOf<T, TMember> at) => _at = at;

    private TupleMember(MemberOf<T, TMember> at, ValueCodecs codecs) => (_at, _codecs) = (at, codecs);

    internal override Type Type => typeof(TMember);

    private ValueCodec<TMember> Codec => _codec ??= _codecs!.OfMember<TMember>();

    internal override TupleMember<T> Open(ValueCodecs codecs) => new TupleMember<T, TMember>(_at, codecs);

    internal override void Write(ref ValueWriter writer, ref T tuple) => Codec.Write(ref writer, _at(ref tuple));

    internal override void Read(ref ValueReader reader, ref T tuple) => _at(ref tuple) = Codec.Read(ref reader);

    internal override void Copy(ref T from, ref T to) => _at(ref to) = _at(ref from);
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
