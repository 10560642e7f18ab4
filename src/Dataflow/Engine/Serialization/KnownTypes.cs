using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Net;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;

namespace Dataflow.Serialization;

/// <summary>The types of .NET that have a built-in form.</summary>
internal static class KnownTypes
{
    public static readonly StringFormatter Texts = new();
    public static readonly Utf8TextFormatter Utf8Texts = new();
    public static readonly DateTimeFormatter Times = new();
    public static readonly DecimalFormatter Decimals = new();
    public static readonly IMessagePackFormatter<Guid> Guids = BuiltinResolver.Instance.GetFormatterWithVerify<Guid>();

    /// <summary>Types that hold no values of other types, each with its formatter.</summary>
    private static readonly Dictionary<Type, object> Plain = new()
    {
        [typeof(string)] = Texts,
        [typeof(Utf8)] = Utf8Texts,
        [typeof(DateTime)] = Times,
        [typeof(decimal)] = Decimals,
        [typeof(BigInteger)] = new BigIntegerFormatter(),
        [typeof(JsonElement)] = new JsonElementFormatter(),
        [typeof(Uri)] = new TextFormatter<Uri>(static uri => uri.OriginalString, static text => new Uri(text, UriKind.RelativeOrAbsolute)),
        [typeof(Version)] = new TextFormatter<Version>(static version => version.ToString(), Version.Parse),
        [typeof(IPAddress)] = new TextFormatter<IPAddress>(static address => address.ToString(), IPAddress.Parse),
    };

    /// <summary>The types that MessagePack's own library writes.</summary>
    private static readonly HashSet<Type> OfLibrary =
    [
        typeof(bool), typeof(char), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long),
        typeof(ulong),
        typeof(float), typeof(double), typeof(Guid), typeof(TimeSpan), typeof(DateTimeOffset), typeof(BitArray),
        typeof(byte[]), typeof(bool[]), typeof(char[]), typeof(sbyte[]), typeof(short[]), typeof(ushort[]), typeof(int[]), typeof(uint[]),
        typeof(long[]), typeof(ulong[]), typeof(float[]), typeof(double[]), typeof(StringBuilder), typeof(Memory<byte>),
        typeof(ReadOnlyMemory<byte>),
    ];

    private static readonly Dictionary<Type, Type> Generic = new()
    {
        [typeof(Nullable<>)] = typeof(NullableFormatter<>),
        [typeof(List<>)] = typeof(ListFormatter<>),
        [typeof(Queue<>)] = typeof(QueueFormatter<>),
        [typeof(Stack<>)] = typeof(StackFormatter<>),
        [typeof(LinkedList<>)] = typeof(LinkedListFormatter<>),
        [typeof(ObservableCollection<>)] = typeof(ObservableFormatter<>),
        [typeof(ReadOnlyCollection<>)] = typeof(ReadOnlyFormatter<>),
        [typeof(ConcurrentQueue<>)] = typeof(ConcurrentQueueFormatter<>),
        [typeof(ConcurrentStack<>)] = typeof(ConcurrentStackFormatter<>),
        [typeof(HashSet<>)] = typeof(HashSetFormatter<>),
        [typeof(SortedSet<>)] = typeof(SortedSetFormatter<>),
        [typeof(FrozenSet<>)] = typeof(FrozenSetFormatter<>),
        [typeof(ImmutableArray<>)] = typeof(ImmutableArrayFormatter<>),
        [typeof(ImmutableList<>)] = typeof(ImmutableListFormatter<>),
        [typeof(ImmutableQueue<>)] = typeof(ImmutableQueueFormatter<>),
        [typeof(ImmutableStack<>)] = typeof(ImmutableStackFormatter<>),
        [typeof(ImmutableHashSet<>)] = typeof(ImmutableHashSetFormatter<>),
        [typeof(ImmutableSortedSet<>)] = typeof(ImmutableSortedSetFormatter<>),
        [typeof(Memory<>)] = typeof(MemoryOfFormatter<>),
        [typeof(ReadOnlyMemory<>)] = typeof(ReadOnlyMemoryOfFormatter<>),
        [typeof(Dictionary<,>)] = typeof(DictionaryFormatter<,>),
        [typeof(SortedDictionary<,>)] = typeof(SortedDictionaryFormatter<,>),
        [typeof(SortedList<,>)] = typeof(SortedListFormatter<,>),
        [typeof(ConcurrentDictionary<,>)] = typeof(ConcurrentDictionaryFormatter<,>),
        [typeof(FrozenDictionary<,>)] = typeof(FrozenDictionaryFormatter<,>),
        [typeof(ImmutableDictionary<,>)] = typeof(ImmutableDictionaryFormatter<,>),
        [typeof(ImmutableSortedDictionary<,>)] = typeof(ImmutableSortedDictionaryFormatter<,>),
    };

    private static readonly HashSet<Type> Interfaces =
    [
        typeof(IEnumerable<>), typeof(ICollection<>), typeof(IReadOnlyCollection<>), typeof(IList<>), typeof(IReadOnlyList<>),
        typeof(ISet<>),
        typeof(IReadOnlySet<>),
    ];

    /// <summary>Returns the formatter of a type of .NET; null if there is none.</summary>
    public static object? FormatterOf(Type type)
    {
        if (Plain.TryGetValue(type, out var plain)) return plain;
        if (OfLibrary.Contains(type)) return BuiltinResolver.Instance.GetFormatterDynamic(type);
        if (type.IsEnum) return Make(typeof(GenericEnumFormatter<>), type);
        if (type.IsArray) return OfArray(type);
        if (type.IsGenericType && OfGeneric(type) is { } made) return made;
        return IsOfDotNet(type) && IsMemory(type) && !IsTuple(type) ? Make(typeof(MemoryFormatter<>), type) : null;
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
        => type.IsValueType && !type.IsByRefLike && !type.IsGenericTypeDefinition && !HoldsReferences(type);

    private static bool HoldsReferences(Type type)
        => (bool)typeof(RuntimeHelpers).GetMethod(nameof(RuntimeHelpers.IsReferenceOrContainsReferences))!.MakeGenericMethod(type)
            .Invoke(null, null)!;

    private static object? OfArray(Type type)
    {
        var element = type.GetElementType()!;
        if (element.IsPointer) return null;
        return type.IsSZArray ? Make(typeof(ArrayFormatter<>), element) : type.GetArrayRank() switch
        {
            2 => Make(typeof(TwoDimensionalArrayFormatter<>), element),
            3 => Make(typeof(ThreeDimensionalArrayFormatter<>), element),
            4 => Make(typeof(FourDimensionalArrayFormatter<>), element),
            _ => null,
        };
    }

    private static object? OfGeneric(Type type)
    {
        var definition = type.GetGenericTypeDefinition();
        var arguments = type.GetGenericArguments();
        if (Generic.TryGetValue(definition, out var formatter)) return Make(formatter, arguments);
        if (Interfaces.Contains(definition)) return Make(typeof(InterfaceFormatter<,>), type, arguments[0]);
        return definition == typeof(IDictionary<,>) || definition == typeof(IReadOnlyDictionary<,>)
            ? Make(typeof(DictionaryInterfaceFormatter<,,>), type, arguments[0], arguments[1])
            : null;
    }

    private static object Make(Type formatter, params Type[] of)
        => Activator.CreateInstance(formatter.MakeGenericType(of), nonPublic: true)!;
}
