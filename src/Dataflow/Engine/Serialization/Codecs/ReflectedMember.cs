using System.Runtime.CompilerServices;
using MessagePack;

namespace Dataflow.Serialization;

/// <summary>A field of a value of <typeparamref name="T"/>.</summary>
internal abstract class ReflectedMember<T>(MemberField member)
{
    public string Label { get; } = member.Name;

    /// <summary>The name as it is written.</summary>
    public byte[] Name { get; } = MessagePackSerializer.Serialize(member.Name);

    public int Place { get; } = member.Key ?? -1;

    public Type Type { get; } = member.Field.FieldType;

    public static ReflectedMember<T> Of(MemberField member, ValueResolver resolver)
        => member.Field.FieldType == typeof(string) && resolver.CodecOf<string>() is StringCodec
            ? new ReflectedText<T>(member)
            : (ReflectedMember<T>)ReflectedCodecs.Make(
                typeof(ReflectedMember<,>), [typeof(T), member.Field.FieldType], member, resolver);

    public abstract void Write(ref ValueWriter writer, ref byte start);

    public abstract void Read(ref ValueReader reader, ref byte start);

    public abstract void Copy(ref byte from, ref byte to);

    public abstract object? Get(ref byte start);
}

/// <summary>A text, the most common member that is not a number: without the calls that other types need.</summary>
internal sealed class ReflectedText<T>(MemberField member) : ReflectedMember<T>(member)
{
    private readonly nint _offset = FieldOffset.Of<T>(member.Field);

    public override void Write(ref ValueWriter writer, ref byte start) => writer.WriteString(At(ref start));

    public override void Read(ref ValueReader reader, ref byte start) => At(ref start) = reader.ReadString();

    public override void Copy(ref byte from, ref byte to) => At(ref to) = At(ref from);

    public override object? Get(ref byte start) => At(ref start);

    private ref string? At(ref byte start) => ref Unsafe.As<byte, string?>(ref Unsafe.AddByteOffset(ref start, _offset));
}

/// <summary>A field of a known type of a value of <typeparamref name="T"/>.</summary>
internal sealed class ReflectedMember<T, TMember>(MemberField member, ValueResolver resolver) : ReflectedMember<T>(member)
{
    private readonly nint _offset = FieldOffset.Of<T>(member.Field);
    private ValueCodec<TMember>? _codec; // found late: a type may contain itself

    private ValueCodec<TMember> Codec => _codec ??= resolver.CodecOf<TMember>();

    public override void Write(ref ValueWriter writer, ref byte start)
    {
        ref var value = ref At(ref start);
        if (typeof(TMember) == typeof(long)) writer.WriteInt64((long)(object)value!);
        else if (typeof(TMember) == typeof(int)) writer.WriteInt32((int)(object)value!);
        else if (typeof(TMember) == typeof(double)) writer.WriteDouble((double)(object)value!);
        else Codec.Write(ref writer, value);
    }

    public override void Read(ref ValueReader reader, ref byte start)
    {
        ref var value = ref At(ref start);
        if (typeof(TMember) == typeof(long)) Unsafe.As<TMember, long>(ref value) = reader.ReadInt64();
        else if (typeof(TMember) == typeof(int)) Unsafe.As<TMember, int>(ref value) = reader.ReadInt32();
        else if (typeof(TMember) == typeof(double)) Unsafe.As<TMember, double>(ref value) = reader.ReadDouble();
        else value = Codec.Read(ref reader);
    }

    public override void Copy(ref byte from, ref byte to) => At(ref to) = At(ref from);

    public override object? Get(ref byte start) => At(ref start);

    private ref TMember At(ref byte start) => ref Unsafe.As<byte, TMember>(ref Unsafe.AddByteOffset(ref start, _offset));
}
