using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Serialization;

/// <summary>Writes all fields of a value: as an array if the type declares places (<c>Key(0)</c>), else as a map by name.</summary>
/// <remarks>Reading sets the fields and runs no constructor, unless some are missing in the bytes: those get the values from a constructor
/// without parameters, or one whose parameters are all members.</remarks>
internal sealed class ObjectFormatter<T> : IMessagePackFormatter<T?>
{
    // In fields of the instance, not of the type: code that types share finds those much more slowly.
    private readonly Type _type = typeof(T);
    private readonly bool _isExact = typeof(T).IsSealed; // values are exactly of this type
    private readonly bool _isReceiver = typeof(T).IsAssignableTo(typeof(IMessagePackSerializationCallbackReceiver));
    private readonly TypeFields _fields = TypeFields.Of(typeof(T));
    private readonly bool _isRecursive = ValueCheck.HoldsItself(typeof(T));
    private readonly Member<T>[] _members;
    private readonly Member<T>?[] _places;

    public ObjectFormatter(ValueResolver resolver)
    {
        _members = [.. _fields.Members.Select(member => Member<T>.Of(member, resolver))];
        _places = new Member<T>?[_fields.HasPlaces ? _members[^1].Place + 1 : 0];
        if (_fields.HasPlaces) foreach (var member in _members) _places[member.Place] = member;
    }

    public void Serialize(ref MessagePackWriter writer, T? value, MessagePackSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        if (!_isExact && value.GetType() != _type) throw SerdeException.OtherType(_type, value.GetType());
        if (_isReceiver) ((IMessagePackSerializationCallbackReceiver)value).OnBeforeSerialize();
        if (_isRecursive) WriteNested(ref writer, value, options);
        else WriteMembers(ref writer, ref value, options);
    }

    public T? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.TryReadNil()) return default;
        var value = _isRecursive ? ReadNested(ref reader, options) : ReadMembers(ref reader, options);
        if (!_isReceiver) return value;
        var receiver = (IMessagePackSerializationCallbackReceiver)value!;
        receiver.OnAfterDeserialize();
        return (T)receiver;
    }

    private void WriteNested(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options)
    {
        Depth.Enter(typeof(T));
        try
        {
            WriteMembers(ref writer, ref value, options);
        }
        finally
        {
            Depth.Leave();
        }
    }

    private T ReadNested(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        Depth.Enter(typeof(T));
        try
        {
            return ReadMembers(ref reader, options);
        }
        finally
        {
            Depth.Leave();
        }
    }

    private void WriteMembers(ref MessagePackWriter writer, ref T value, MessagePackSerializerOptions options)
    {
        if (_fields.HasPlaces)
        {
            writer.WriteArrayHeader(_places.Length);
            foreach (var member in _places)
            {
                if (member is null) writer.WriteNil();
                else member.Write(ref writer, ref FieldOffset.Start(ref value), options);
            }

            return;
        }

        writer.WriteMapHeader(_members.Length);
        foreach (var member in _members)
        {
            writer.WriteString(member.Name);
            member.Write(ref writer, ref FieldOffset.Start(ref value), options);
        }
    }

    private T ReadMembers(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        var value = typeof(T).IsValueType ? default! : (T)RuntimeHelpers.GetUninitializedObject(_type);
        Span<bool> found = stackalloc bool[_members.Length];
        var at = -1; // the member that is being read
        try
        {
            if (_fields.HasPlaces && reader.NextMessagePackType == MessagePackType.Array)
                ReadPlaces(ref reader, ref value, found, ref at, options);
            else ReadNames(ref reader, ref value, found, ref at, options);
        }
        catch (Exception error) when (at >= 0 && error is (MessagePackSerializationException or OverflowException))
        {
            throw SerdeException.Retyped(typeof(T), _members[at].Label, error);
        }

        return _fields.HasIgnored || found.Contains(false) ? WithDefaults(ref value, found) : value;
    }

    private void ReadPlaces(
        ref MessagePackReader reader, ref T value, scoped Span<bool> found, scoped ref int at, MessagePackSerializerOptions options)
    {
        var count = Announced(reader.ReadArrayHeader());
        var next = 0;
        for (var place = 0; place < count; place++)
        {
            if (next == _members.Length || _members[next].Place != place)
            {
                reader.Skip();
                continue;
            }

            at = next;
            _members[next].Read(ref reader, ref FieldOffset.Start(ref value), options);
            found[next++] = true;
        }
    }

    private void ReadNames(
        ref MessagePackReader reader, ref T value, scoped Span<bool> found, scoped ref int at, MessagePackSerializerOptions options)
    {
        var count = Announced(reader.ReadMapHeader());
        for (var i = 0; i < count; i++)
        {
            at = -1;
            at = Find(ref reader, i);
            if (at < 0)
            {
                reader.Skip();
                continue;
            }

            _members[at].Read(ref reader, ref FieldOffset.Start(ref value), options);
            found[at] = true;
        }
    }

    // The library's reader gives more than it can count as less than nothing.
    private static int Announced(int count) => count >= 0 ? count : throw new EndOfStreamException();

    // Members usually come in the order in which they were written here.
    private int Find(ref MessagePackReader reader, int expected)
    {
        if (!reader.TryReadStringSpan(out var name)) name = Encoding.UTF8.GetBytes(reader.ReadString() ?? "");
        if (expected < _members.Length && name.SequenceEqual(_members[expected].Name)) return expected;
        for (var i = 0; i < _members.Length; i++)
        {
            if (name.SequenceEqual(_members[i].Name)) return i;
        }

        return -1;
    }

    private T WithDefaults(ref T read, scoped Span<bool> found)
    {
        var value = Create(ref read, found);
        for (var i = 0; i < _members.Length; i++)
        {
            if (found[i]) _members[i].Copy(ref FieldOffset.Start(ref read), ref FieldOffset.Start(ref value));
        }

        return value;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2090", Justification = "Types of values are found by reflection.")]
    private T Create(ref T read, scoped ReadOnlySpan<bool> found)
    {
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        if (typeof(T).GetConstructor(Any, []) is not null) return (T)Activator.CreateInstance(typeof(T), nonPublic: true)!;
        foreach (var constructor in typeof(T).GetConstructors(Any).OrderByDescending(static made => made.GetParameters().Length))
        {
            var parameters = constructor.GetParameters();
            var from = parameters.Select(parameter => Array.FindIndex(
                _members,
                member => member.Type == parameter.ParameterType
                && member.Label.Equals(parameter.Name, StringComparison.OrdinalIgnoreCase))).ToArray();
            if (from.Length == 0 || from.Contains(-1)) continue;
            var arguments = new object?[from.Length];
            for (var i = 0; i < from.Length; i++)
            {
                var isGiven = found[from[i]] || !parameters[i].HasDefaultValue;
                arguments[i] = isGiven ? _members[from[i]].Get(ref FieldOffset.Start(ref read)) : DefaultOf(parameters[i]);
            }

            return (T)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);
        }

        return read;
    }

    // The default of an enum that may be null is told as its number.
    private static object? DefaultOf(ParameterInfo parameter)
        => parameter.DefaultValue is { } value && Nullable.GetUnderlyingType(parameter.ParameterType) is { IsEnum: true } type
            ? Enum.ToObject(type, value)
            : parameter.DefaultValue;
}

/// <summary>A field of a value of <typeparamref name="T"/>.</summary>
internal abstract class Member<T>(MemberField member)
{
    public string Label { get; } = member.Name;

    public byte[] Name { get; } = Encoding.UTF8.GetBytes(member.Name);

    public int Place { get; } = member.Key ?? -1;

    public Type Type { get; } = member.Field.FieldType;

    public static Member<T> Of(MemberField member, ValueResolver resolver)
        => member.Field.FieldType == typeof(string) && resolver.GetFormatter<string>() is StringFormatter
            ? new TextMember<T>(member)
            : (Member<T>)Activator.CreateInstance(typeof(Member<,>).MakeGenericType(typeof(T), member.Field.FieldType), member, resolver)!;

    public abstract void Write(ref MessagePackWriter writer, ref byte start, MessagePackSerializerOptions options);

    public abstract void Read(ref MessagePackReader reader, ref byte start, MessagePackSerializerOptions options);

    public abstract void Copy(ref byte from, ref byte to);

    public abstract object? Get(ref byte start);
}

/// <summary>A text, the most common member that is not a number: without the calls that other types need.</summary>
internal sealed class TextMember<T>(MemberField member) : Member<T>(member)
{
    private readonly nint _offset = FieldOffset.Of<T>(member.Field);

    public override void Write(ref MessagePackWriter writer, ref byte start, MessagePackSerializerOptions options)
        => StringFormatter.Write(ref writer, At(ref start));

    public override void Read(ref MessagePackReader reader, ref byte start, MessagePackSerializerOptions options)
        => At(ref start) = StringFormatter.Read(ref reader);

    public override void Copy(ref byte from, ref byte to) => At(ref to) = At(ref from);

    public override object? Get(ref byte start) => At(ref start);

    private ref string? At(ref byte start) => ref Unsafe.As<byte, string?>(ref Unsafe.AddByteOffset(ref start, _offset));
}

/// <summary>A field of a known type of a value of <typeparamref name="T"/>.</summary>
internal sealed class Member<T, TMember>(MemberField member, ValueResolver resolver) : Member<T>(member)
{
    private readonly nint _offset = FieldOffset.Of<T>(member.Field);
    private IMessagePackFormatter<TMember>? _formatter; // found late: a type may contain itself

    private IMessagePackFormatter<TMember> Formatter => _formatter ??= resolver.GetFormatterWithVerify<TMember>();

    public override void Write(ref MessagePackWriter writer, ref byte start, MessagePackSerializerOptions options)
    {
        ref var value = ref At(ref start);
        if (typeof(TMember) == typeof(long)) writer.Write((long)(object)value!);
        else if (typeof(TMember) == typeof(int)) writer.Write((int)(object)value!);
        else if (typeof(TMember) == typeof(double)) writer.Write((double)(object)value!);
        else Formatter.Serialize(ref writer, value, options);
    }

    public override void Read(ref MessagePackReader reader, ref byte start, MessagePackSerializerOptions options)
    {
        ref var value = ref At(ref start);
        if (typeof(TMember) == typeof(long)) Unsafe.As<TMember, long>(ref value) = reader.ReadInt64();
        else if (typeof(TMember) == typeof(int)) Unsafe.As<TMember, int>(ref value) = reader.ReadInt32();
        else if (typeof(TMember) == typeof(double)) Unsafe.As<TMember, double>(ref value) = reader.ReadDouble();
        else value = Formatter.Deserialize(ref reader, options);
    }

    public override void Copy(ref byte from, ref byte to) => At(ref to) = At(ref from);

    public override object? Get(ref byte start) => At(ref start);

    private ref TMember At(ref byte start) => ref Unsafe.As<byte, TMember>(ref Unsafe.AddByteOffset(ref start, _offset));
}
