using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Dataflow.Serialization;

/// <summary>Writes and reads all fields of a value, which reflection finds.</summary>
/// <remarks>Reading sets the fields and runs no constructor, unless some are missing in the bytes: those get the values from a constructor
/// without parameters, or one whose parameters are all members.</remarks>
internal sealed class ReflectedCodec<T> : RecordCodec<T>
{
    private readonly ReflectedMember<T>[] _members;
    private readonly byte[] _header;
    private readonly bool _hasPlaces;

    private ReflectedCodec(TypeFields fields, ValueResolver resolver)
        : base([.. fields.Members.Select(static of => new RecordMember(of.Name, of.Field.FieldType, of.Key ?? -1))], fields.HasIgnored)
    {
        _members = [.. fields.Members.Select(member => ReflectedMember<T>.Of(member, resolver))];
        _hasPlaces = fields.HasPlaces;
        var header = new ArrayBufferWriter<byte>();
        var writer = new ValueWriter(header);
        if (_hasPlaces) writer.WriteArrayHeader(_members[^1].Place + 1);
        else writer.WriteMapHeader(_members.Length);
        writer.Flush();
        _header = header.WrittenSpan.ToArray();
    }

    public ReflectedCodec(ValueResolver resolver)
        : this(TypeFields.Of(typeof(T)), resolver)
    {
    }

    internal override bool LendsTexts => false;

    protected override void WriteMembers(ref ValueWriter writer, ref T value)
    {
        writer.WriteRaw(_header);
        ref var start = ref FieldOffset.Start(ref value);
        var place = 0;
        foreach (var member in _members)
        {
            for (; _hasPlaces && place < member.Place; place++) writer.WriteNil();
            if (!_hasPlaces) writer.WriteRaw(member.Name);
            member.Write(ref writer, ref start);
            place++;
        }
    }

    protected override bool ReadInOrder(ref ValueReader reader, ref T value, ref int member)
    {
        ref var start = ref FieldOffset.Start(ref value);
        var (place, read) = (0, 0);
        for (; read < _members.Length; read++, place++)
        {
            for (; _hasPlaces && place < _members[read].Place; place++) reader.Skip();
            if (!_hasPlaces && !reader.TryRead(_members[read].Name)) break;
            member = read;
            _members[read].Read(ref reader, ref start);
        }

        return read == _members.Length;
    }

    protected override void ReadMember(ref ValueReader reader, ref T value, int member)
        => _members[member].Read(ref reader, ref FieldOffset.Start(ref value));

    protected override void CopyMember(ref T from, ref T to, int member)
        => _members[member].Copy(ref FieldOffset.Start(ref from), ref FieldOffset.Start(ref to));

    [UnconditionalSuppressMessage("Trimming", "IL2087", Justification = ReflectedCodecs.Only)]
    [UnconditionalSuppressMessage("Trimming", "IL2090", Justification = ReflectedCodecs.Only)]
    protected override T Construct(ref T read, ReadOnlySpan<bool> found)
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
