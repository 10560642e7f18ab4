using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Numerics;
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

    private static readonly Dictionary<Type, Type> Generic = new()
    {
        [typeof(Nullable<>)] = typeof(NullableCodec<>),
        [typeof(List<>)] = typeof(ListCodec<>),
        [typeof(Queue<>)] = typeof(QueueCodec<>),
        [typeof(Stack<>)] = typeof(StackCodec<>),
        [typeof(LinkedList<>)] = typeof(LinkedListCodec<>),
        [typeof(ObservableCollection<>)] = typeof(ObservableCodec<>),
        [typeof(ReadOnlyCollection<>)] = typeof(ReadOnlyCodec<>),
        [typeof(ConcurrentQueue<>)] = typeof(ConcurrentQueueCodec<>),
        [typeof(ConcurrentStack<>)] = typeof(ConcurrentStackCodec<>),
        [typeof(HashSet<>)] = typeof(HashSetCodec<>),
        [typeof(SortedSet<>)] = typeof(SortedSetCodec<>),
        [typeof(FrozenSet<>)] = typeof(FrozenSetCodec<>),
        [typeof(ImmutableArray<>)] = typeof(ImmutableArrayCodec<>),
        [typeof(ImmutableList<>)] = typeof(ImmutableListCodec<>),
        [typeof(ImmutableQueue<>)] = typeof(ImmutableQueueCodec<>),
        [typeof(ImmutableStack<>)] = typeof(ImmutableStackCodec<>),
        [typeof(ImmutableHashSet<>)] = typeof(ImmutableHashSetCodec<>),
        [typeof(ImmutableSortedSet<>)] = typeof(ImmutableSortedSetCodec<>),
        [typeof(Memory<>)] = typeof(MemoryOfCodec<>),
        [typeof(ReadOnlyMemory<>)] = typeof(ReadOnlyMemoryOfCodec<>),
        [typeof(Dictionary<,>)] = typeof(DictionaryCodec<,>),
        [typeof(SortedDictionary<,>)] = typeof(SortedDictionaryCodec<,>),
        [typeof(SortedList<,>)] = typeof(SortedListCodec<,>),
        [typeof(ConcurrentDictionary<,>)] = typeof(ConcurrentDictionaryCodec<,>),
        [typeof(FrozenDictionary<,>)] = typeof(FrozenDictionaryCodec<,>),
        [typeof(ImmutableDictionary<,>)] = typeof(ImmutableDictionaryCodec<,>),
        [typeof(ImmutableSortedDictionary<,>)] = typeof(ImmutableSortedDictionaryCodec<,>),
    };

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
        if (type.IsEnum) return Make(typeof(EnumCodec<,>), isAlone: true, type, type.GetEnumUnderlyingType());
        if (type.IsArray) return OfArray(type);
        if (type.IsGenericType && OfGeneric(type) is { } made) return made;
        return IsOfDotNet(type) && IsMemory(type) && !IsTuple(type) ? Make(typeof(MemoryCodec<>), isAlone: true, type) : null;
    }

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

    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Called where codecs are found by reflection only.")]
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
        return type.IsSZArray ? Make(typeof(ArrayCodec<>), isAlone: false, element) : type.GetArrayRank() switch
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
        if (Generic.TryGetValue(definition, out var codec)) return Make(codec, isAlone: false, arguments);
        if (Interfaces.Contains(definition)) return Make(typeof(InterfaceCodec<,>), isAlone: false, type, arguments[0]);
        return definition == typeof(IDictionary<,>) || definition == typeof(IReadOnlyDictionary<,>)
            ? Make(typeof(DictionaryInterfaceCodec<,,>), isAlone: false, type, arguments[0], arguments[1])
            : null;
    }

    private static Func<ValueResolver, object> Make(Type codec, bool isAlone, params Type[] of)
        => resolver => ReflectedCodecs.Make(codec, of, isAlone ? [] : [resolver.Codecs]);

    private static Func<ValueResolver, object> OfLibrary(Type array, Type formatter)
        => resolver => ReflectedCodecs.Make(
            typeof(FormatterCodec<>), [array], ReflectedCodecs.Make(formatter, [array.GetElementType()!]), resolver.Options);
}
