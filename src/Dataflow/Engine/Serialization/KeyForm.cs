using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Dataflow.Serialization;

/// <summary>Decides which types may be keys: those for which values are equal in C# exactly if they have the same normal form.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2070", Justification = ReflectedCodecs.Only)]
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = ReflectedCodecs.Only)]
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = ReflectedCodecs.Only)]
internal static class KeyForm
{
    /// <summary>Types whose equal values are identical.</summary>
    private static readonly HashSet<Type> Same =
    [
        typeof(string), typeof(bool), typeof(char), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint),
        typeof(long),
        typeof(ulong), typeof(Int128), typeof(UInt128), typeof(BigInteger), typeof(Guid), typeof(TimeSpan), typeof(DateOnly),
        typeof(TimeOnly),
        typeof(Version), typeof(System.Text.Rune), typeof(Utf8),
    ];

    /// <summary>Types with values that are equal but differ, each with its normalizer.</summary>
    private static readonly Dictionary<Type, Delegate> Normal = new()
    {
        [typeof(double)] = (Normalizer<double>)(static (ref value) => value = double.IsNaN(value) ? double.NaN : value + 0.0),
        [typeof(float)] = (Normalizer<float>)(static (ref value) => value = float.IsNaN(value) ? float.NaN : value + 0.0f),
        [typeof(Half)] = (Normalizer<Half>)(static (ref value) => value = Half.IsNaN(value) ? Half.NaN : value + Half.Zero),
        [typeof(decimal)] = (Normalizer<decimal>)(static (ref value) => value = value == 0 ? 0 : value / 1.0000000000000000000000000000m),
        [typeof(DateTime)] = (Normalizer<DateTime>)(static (ref value) => value = new DateTime(value.Ticks, DateTimeKind.Utc)),
        [typeof(DateTimeOffset)] = (Normalizer<DateTimeOffset>)(static (ref value) => value = value.ToUniversalTime()),
    };

    /// <summary>Brings a value to its normal form, which all values equal to it share.</summary>
    public delegate void Normalizer<T>(ref T value);

    /// <summary>Returns the fault of a type as a key, with the remedy; null if there is none.</summary>
    public static string? FaultOf(Type type)
        => Fault(type) is { } fault ? $"Key {TypeNames.Of(type)}: {fault}" : null;

    /// <summary>Returns the normalizer of a type; null if its values have only one form.</summary>
    public static Normalizer<T>? NormalizerOf<T>() => (Normalizer<T>?)NormalizerOf(typeof(T));

    /// <summary>Whether values of a type are atomic, not made of others.</summary>
    public static bool IsPlain(Type type) => Same.Contains(type) || Normal.ContainsKey(type) || type.IsEnum;

    /// <summary>Whether a value may be of a type derived from the declared one, which cannot be written as the declared key type.</summary>
    public static bool MayBeDerived(Type type)
        => !IsPlain(type) && ReflectedCodecs.AreSupported
            && ((!type.IsValueType && !type.IsSealed) || PartsOf(type).Any(part => MayBeDerived(part.Type)));

    private static Delegate? NormalizerOf(Type type)
    {
        if (Normal.TryGetValue(type, out var known)) return known;
        if (!ReflectedCodecs.AreSupported) return null; // of keys made of others, none needs it
        if (Same.Contains(type) || type.IsEnum) return null;
        if (Nullable.GetUnderlyingType(type) is { } inner)
            return NormalizerOf(inner) is { } of ? MakeFor(type, typeof(NullableNormal<>), inner, of) : null;
        var parts = TypeFields.All(type).Select(field => (Field: field, Normalizer: NormalizerOf(field.FieldType)!))
            .Where(static part => part.Normalizer is not null).ToArray();
        return parts.Length == 0 ? null : MakeFor(type, typeof(FieldsNormal<>), type, parts);
    }

    private static Delegate MakeFor(Type type, Type normal, Type of, object argument)
    {
        var made = ReflectedCodecs.Make(normal, [of], argument);
        return made.GetType().GetMethod("Apply")!.CreateDelegate(typeof(Normalizer<>).MakeGenericType(type), made);
    }

    private static string? Fault(Type type) => ReflectedCodecs.AreSupported ? Look(type, "", []) : LookAtMade(type, isMember: false);

    // Without reflection: what the generator knows.
    private static string? LookAtMade(Type type, bool isMember)
    {
        if (Same.Contains(type) || type.IsEnum || (!isMember && Normal.ContainsKey(type))) return null;
        if (Nullable.GetUnderlyingType(type) is { } inner) return LookAtMade(inner, isMember: true);
        if (GeneratedCodecs.Find(type) is { IsMemberwise: true } made)
        {
            return made.Members.Select(static member => LookAtMade(member.Type, isMember: true))
                .FirstOrDefault(static fault => fault is not null);
        }

        return "a program that is trimmed or compiled ahead of time has keys that are a text, number, time or Guid, or a pair or "
            + $"[DataflowRecord] of texts, whole numbers, enums and other such records; {TypeNames.Of(type)} is something else. Key by one "
            + "of those.";
    }

    private static string? Look(Type type, string path, HashSet<Type> above)
    {
        if (IsPlain(type)) return null;
        var what = path.Length == 0 ? "" : KeyFaults.Member(path, TypeNames.Of(type));
        if (type.IsArray || (type != typeof(string) && !IsMemberwise(type) && type.IsAssignableTo(typeof(System.Collections.IEnumerable))))
            return what + KeyFaults.IsCollection;
        if (type == typeof(object) || type.IsInterface || type.IsAbstract) return what + KeyFaults.IsUnknown;
        if (!above.Add(type)) return what + KeyFaults.HoldsItself;
        if (!IsMemberwise(type)) return what + Own(type);
        var fault = PartsOf(type).Select(part => Look(part.Type, path.Length == 0 ? part.Name : $"{path}.{part.Name}", above))
            .FirstOrDefault(static found => found is not null);
        above.Remove(type);
        return fault;
    }

    private static string Own(Type type)
        => type.IsValueType || Equality(type, typeof(object))!.DeclaringType != typeof(object)
            ? "it has an Equals of its own, and what that compares cannot be seen. Give KeyBy a string, a number or a record of what it "
                + "compares, "
                + $"or the pipeline UseSerde(...) with a Serde<{TypeNames.Of(type)}> that writes equal keys as equal bytes."
            : KeyFaults.IsByReference;

    private static IEnumerable<(string Name, Type Type)> PartsOf(Type type)
        => Nullable.GetUnderlyingType(type) is { } inner
            ? [("Value", inner)] : TypeFields.All(type).Select(static field => (TypeFields.Plain(field.Name), field.FieldType));

    /// <summary>Whether two values are equal exactly if all their fields are: tuples, records and structs, unless they define equality
    /// themselves.</summary>
    private static bool IsMemberwise(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is not null || KnownTypes.IsTuple(type)) return true;
        if (KnownTypes.IsOfDotNet(type) || type.IsInterface) return false;
        var own = Equality(type, typeof(object))!;
        if (type.IsValueType && own.DeclaringType == typeof(ValueType)) return Equality(type, type) is null;
        if (IsAnonymous(type)) return true;
        if (!IsGenerated(own) || Equality(type, type) is not { } typed || !IsGenerated(typed)) return false;
        return type.IsValueType || type.BaseType == typeof(object) || IsMemberwise(type.BaseType!);
    }

    private static MethodInfo? Equality(Type type, Type of)
        => type.GetMethod(nameof(Equals), BindingFlags.Instance | BindingFlags.Public, [of]) is { } found
            && found.GetParameters()[0].ParameterType == of ? found : null;

    private static bool IsGenerated(MethodInfo method) => method.IsDefined(typeof(CompilerGeneratedAttribute));

    private static bool IsAnonymous(Type type)
        => type.IsDefined(typeof(CompilerGeneratedAttribute)) && type.Name.Contains("AnonymousType", StringComparison.Ordinal);

    private sealed class NullableNormal<T>(Delegate of)
        where T : struct
    {
        private readonly Normalizer<T> _normalizer = (Normalizer<T>)of;

        public void Apply(ref T? value)
        {
            if (value is not { } inner) return;
            _normalizer(ref inner);
            value = inner;
        }
    }

    private sealed class FieldsNormal<T>((FieldInfo Field, Delegate Normalizer)[] parts)
    {
        private static readonly Func<object, object> Copy =
            typeof(object)
                .GetMethod(nameof(MemberwiseClone), BindingFlags.Instance | BindingFlags.NonPublic)!.CreateDelegate<Func<object, object>>();

        private readonly Part<T>[] _parts = [.. parts.Select(static part
            => (Part<T>)ReflectedCodecs.Make(typeof(Part<,>), [typeof(T), part.Field.FieldType], part.Field, part.Normalizer))];

        public void Apply(ref T value)
        {
            if (value is null) return;
            if (!typeof(T).IsValueType) value = (T)Copy(value);
            foreach (var part in _parts) part.Apply(ref FieldOffset.Start(ref value));
        }
    }

    private abstract class Part<T>
    {
        public abstract void Apply(ref byte start);
    }

    private sealed class Part<T, TPart>(FieldInfo field, Delegate of) : Part<T>
    {
        private readonly nint _offset = FieldOffset.Of<T>(field);
        private readonly Normalizer<TPart> _normalizer = (Normalizer<TPart>)of;

        public override void Apply(ref byte start) => _normalizer(ref Unsafe.As<byte, TPart>(ref Unsafe.AddByteOffset(ref start, _offset)));
    }
}
