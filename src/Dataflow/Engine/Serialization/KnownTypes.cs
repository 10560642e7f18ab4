using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text;
using MessagePack.Formatters;
using MessagePack.Resolvers;
using MessagePack;

namespace Dataflow.Serialization;

/// <summary>The types of .NET that have a built-in form.</summary>
internal static class KnownTypes
{
    /// <summary>Types that hold no values of other types, each with its codec.</summary>
    private static readonly Dictionary<Type, Func<ValueResolver, object>> Plain = new()
    {
        [typeof(string)] = static _ => new StringCodec(),
        [typeof(Utf8)] = Scalar<Utf8>,
        [typeof(bool)] = Scalar<bool>,
        [typeof(char)] = Scalar<char>,
        [typeof(byte)] = Scalar<byte>,
        [typeof(sbyte)] = Scalar<sbyte>,
        [typeof(short)] = Scalar<short>,
        [typeof(ushort)] = Scalar<ushort>,
        [typeof(int)] = Scalar<int>,
        [typeof(uint)] = Scalar<uint>,
        [typeof(long)] = Scalar<long>,
        [typeof(ulong)] = Scalar<ulong>,
        [typeof(float)] = Scalar<float>,
        [typeof(double)] = Scalar<double>,
        [typeof(decimal)] = Scalar<decimal>,
        [typeof(DateTime)] = Scalar<DateTime>,
        [typeof(TimeSpan)] = Scalar<TimeSpan>,
        [typeof(Guid)] = Scalar<Guid>,
        [typeof(byte[])] = static _ => new BytesCodec(),
        [typeof(DateOnly)] = Memory<DateOnly>,
        [typeof(TimeOnly)] = Memory<TimeOnly>,
        [typeof(Half)] = Memory<Half>,
        [typeof(Int128)] = Memory<Int128>,
        [typeof(UInt128)] = Memory<UInt128>,
        [typeof(BigInteger)] = static _ => new BigIntegerCodec(),
        [typeof(JsonElement)] = static _ => new JsonElementCodec(),
        [typeof(Uri)] = static _ => new TextCodec<Uri>(
            static uri => uri.OriginalString, static text => new Uri(text, UriKind.RelativeOrAbsolute)),
        [typeof(Version)] = static _ => new TextCodec<Version>(static version => version.ToString(), Version.Parse),
        [typeof(IPAddress)] = static _ => new TextCodec<IPAddress>(static address => address.ToString(), IPAddress.Parse),
        [typeof(DateTimeOffset)] = OfLibrary<DateTimeOffset>,
        [typeof(BitArray)] = OfLibrary<BitArray?>,
        [typeof(StringBuilder)] = OfLibrary<StringBuilder?>,
        [typeof(bool[])] = OfLibrary<bool[]?>,
        [typeof(char[])] = OfLibrary<char[]?>,
        [typeof(sbyte[])] = OfLibrary<sbyte[]?>,
        [typeof(short[])] = OfLibrary<short[]?>,
        [typeof(ushort[])] = OfLibrary<ushort[]?>,
        [typeof(int[])] = OfLibrary<int[]?>,
        [typeof(uint[])] = OfLibrary<uint[]?>,
        [typeof(long[])] = OfLibrary<long[]?>,
        [typeof(ulong[])] = OfLibrary<ulong[]?>,
        [typeof(float[])] = OfLibrary<float[]?>,
        [typeof(double[])] = OfLibrary<double[]?>,
        [typeof(Memory<byte>)] = OfLibrary<Memory<byte>>,
        [typeof(ReadOnlyMemory<byte>)] = OfLibrary<ReadOnlyMemory<byte>>,
    };

    /// <summary>The methods that make the codecs of generic types, by their definitions.</summary>
    private static readonly Dictionary<Type, MethodInfo> Generic = typeof(KnownCodecs)
        .GetMethods(BindingFlags.Public | BindingFlags.Static).Where(static method => ValueOf(method).IsGenericType)
        .ToDictionary(static method => ValueOf(method).GetGenericTypeDefinition());

    private static readonly HashSet<Type> Interfaces =
    [
        typeof(IEnumerable<>), typeof(ICollection<>), typeof(IReadOnlyCollection<>), typeof(IList<>), typeof(IReadOnlyList<>),
        typeof(ISet<>),
        typeof(IReadOnlySet<>),
    ];

    /// <summary>Returns what makes the codec of a type of .NET; null if there is none.</summary>
    public static Func<ValueResolver, object>? CodecOf(Type type)
    {
        if (Plain.TryGetValue(type, out var plain)) return plain;
        if (GeneratedCodecs.FindPart(type) is { } part) return resolver => part(resolver.Codecs);
        if (!ReflectedCodecs.AreSupported) return null;
        if (type.IsEnum) return Make(nameof(KnownCodecs.Enum), type, type.GetEnumUnderlyingType());
        if (type.IsArray) return OfArray(type);
        if (type.IsGenericType && OfGeneric(type) is { } made) return made;
        return IsOfDotNet(type) && IsMemory(type) && !IsTuple(type) ? _ => ReflectedCodecs.Make(typeof(MemoryCodec<>), [type]) : null;
    }

    /// <summary>Whether a type holds no values of other types, and has a codec of its own here.</summary>
    public static bool IsPlain(Type type) => Plain.ContainsKey(type);

    /// <summary>Whether a type belongs to .NET: its fields are an implementation detail.</summary>
    public static bool IsOfDotNet(Type type)
        => type.Assembly == typeof(object).Assembly || type.Assembly.GetName().Name is "System" or "netstandard"
            || type.Assembly.GetName().Name!.StartsWith("System.", StringComparison.Ordinal);

    /// <summary>Whether a type is a tuple or pair, which consists of its fields only.</summary>
    public static bool IsTuple(Type type)
        => type.IsAssignableTo(typeof(ITuple)) && IsOfDotNet(type)
            || type.IsGenericType && type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>);

    /// <summary>Whether values of a type hold nothing but themselves.</summary>
    public static bool IsMemory(Type type)
        => type.IsValueType && !type.IsByRefLike && !type.IsGenericTypeDefinition && ReflectedCodecs.AreSupported && !HoldsReferences(type);

    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = ReflectedCodecs.Only)]
    private static bool HoldsReferences(Type type)
        => (bool)typeof(RuntimeHelpers).GetMethod(nameof(RuntimeHelpers.IsReferenceOrContainsReferences))!.MakeGenericMethod(type)
            .Invoke(null, null)!;

    private static ScalarCodec<T> Scalar<T>(ValueResolver resolver)
        where T : struct
        => new();

    private static MemoryCodec<T> Memory<T>(ValueResolver resolver) => new();

    private static FormatterCodec<T> OfLibrary<T>(ValueResolver resolver)
        => new(BuiltinResolver.Instance.GetFormatterWithVerify<T>(), resolver.Options);

    private static Func<ValueResolver, object>? OfArray(Type type)
    {
        var element = type.GetElementType()!;
        if (element.IsPointer) return null;
        return type.IsSZArray ? Make(nameof(KnownCodecs.Array), element) : type.GetArrayRank() switch
        {
            2 => OfLibrary(type, typeof(TwoDimensionalArrayFormatter<>)),
            3 => OfLibrary(type, typeof(ThreeDimensionalArrayFormatter<>)),
            4 => OfLibrary(type, typeof(FourDimensionalArrayFormatter<>)),
            _ => null,
        };
    }

    private static Func<ValueResolver, object>? OfGeneric(Type type)
    {
        var definition = type.GetGenericTypeDefinition();
        var arguments = type.GetGenericArguments();
        if (Generic.TryGetValue(definition, out var known)) return Make(known, arguments);
        if (Interfaces.Contains(definition)) return Make(nameof(KnownCodecs.Sequence), type, arguments[0]);
        return definition == typeof(IDictionary<,>) || definition == typeof(IReadOnlyDictionary<,>)
            ? Make(nameof(KnownCodecs.Map), type, arguments[0], arguments[1])
            : null;
    }

    private static Type ValueOf(MethodInfo method) => method.ReturnType.GetGenericArguments()[0];

    private static Func<ValueResolver, object> Make(string known, params Type[] of) => Make(typeof(KnownCodecs).GetMethod(known)!, of);

    [UnconditionalSuppressMessage("Trimming", "IL2060", Justification = ReflectedCodecs.Only)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = ReflectedCodecs.Only)]
    private static Func<ValueResolver, object> Make(MethodInfo known, Type[] of)
        => resolver => known.MakeGenericMethod(of).Invoke(null, [resolver.Codecs])!;

    private static Func<ValueResolver, object> OfLibrary(Type array, Type formatter)
        => resolver => ReflectedCodecs.Make(
            typeof(FormatterCodec<>), [array], ReflectedCodecs.Make(formatter, [array.GetElementType()!]), resolver.Options);
}
