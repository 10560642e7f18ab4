using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using MessagePack;

namespace Dataflow.Serialization;

/// <summary>Finds the shapes of types, by the rules of <see cref="ValueForm"/>: the same for codecs made at compile time and for those of
/// reflection.</summary>
internal sealed class ShapeReading(ValueResolver resolver)
{
    private static readonly Dictionary<Type, string> Collections = new()
    {
        [typeof(Nullable<>)] = Kinds.Nullable,
        [typeof(List<>)] = Kinds.List,
        [typeof(Queue<>)] = Kinds.List,
        [typeof(Stack<>)] = Kinds.List,
        [typeof(LinkedList<>)] = Kinds.List,
        [typeof(ObservableCollection<>)] = Kinds.List,
        [typeof(ReadOnlyCollection<>)] = Kinds.List,
        [typeof(ConcurrentQueue<>)] = Kinds.List,
        [typeof(ConcurrentStack<>)] = Kinds.List,
        [typeof(ImmutableList<>)] = Kinds.List,
        [typeof(ImmutableQueue<>)] = Kinds.List,
        [typeof(ImmutableStack<>)] = Kinds.List,
        [typeof(ImmutableArray<>)] = Kinds.List,
        [typeof(Memory<>)] = Kinds.List,
        [typeof(ReadOnlyMemory<>)] = Kinds.List,
        [typeof(IEnumerable<>)] = Kinds.AnyCollection,
        [typeof(ICollection<>)] = Kinds.AnyCollection,
        [typeof(IReadOnlyCollection<>)] = Kinds.AnyCollection,
        [typeof(IList<>)] = Kinds.AnyList,
        [typeof(IReadOnlyList<>)] = Kinds.AnyList,
        [typeof(ISet<>)] = Kinds.AnySet,
        [typeof(IReadOnlySet<>)] = Kinds.AnySet,
        [typeof(HashSet<>)] = Kinds.Set,
        [typeof(FrozenSet<>)] = Kinds.Set,
        [typeof(ImmutableHashSet<>)] = Kinds.Set,
        [typeof(SortedSet<>)] = Kinds.SortedSet,
        [typeof(ImmutableSortedSet<>)] = Kinds.SortedSet,
        [typeof(Dictionary<,>)] = Kinds.Dictionary,
        [typeof(ConcurrentDictionary<,>)] = Kinds.Dictionary,
        [typeof(FrozenDictionary<,>)] = Kinds.Dictionary,
        [typeof(ImmutableDictionary<,>)] = Kinds.Dictionary,
        [typeof(SortedDictionary<,>)] = Kinds.SortedDictionary,
        [typeof(SortedList<,>)] = Kinds.SortedDictionary,
        [typeof(ImmutableSortedDictionary<,>)] = Kinds.SortedDictionary,
        [typeof(IDictionary<,>)] = Kinds.AnyDictionary,
        [typeof(IReadOnlyDictionary<,>)] = Kinds.AnyDictionary,
    };

    private readonly List<Shape> _all = [];
    private readonly Dictionary<(Type Type, bool IsGivenNone), int> _places = [];

    public IReadOnlyList<Shape> All => _all;

    /// <summary>Adds a type, unless it is there; returns its place.</summary>
    public int Add(Type type) => Add(type, isGivenNone: false);

    /// <summary>Adds a base type whose values are written by the names of their types.</summary>
    public void AddSubtypes(Type type, IReadOnlyList<Type> subtypes) => Reserve(() => Subtypes(type, subtypes));

    // Members of the commonest numbers take no given serde: see ReflectedMember.
    private int Add(Type type, bool isGivenNone)
    {
        if (_places.TryGetValue((type, isGivenNone), out var known)) return known;
        _places[(type, isGivenNone)] = _all.Count;
        return Reserve(() => !isGivenNone && resolver.IsGiven(type, out var subtypes) ? Given(type, subtypes) : Of(type));
    }

    // The place comes before those of the parts, which may refer to it.
    private int Reserve(Func<Shape> shape)
    {
        var place = _all.Count;
        _all.Add(new("", []));
        _all[place] = shape();
        return place;
    }

    private Shape Given(Type type, IReadOnlyList<Type> subtypes)
        => subtypes.Count > 0 ? Subtypes(type, subtypes) : new(Kinds.Given, []) { Name = resolver.SignatureOf(type) };

    private Shape Subtypes(Type type, IReadOnlyList<Type> subtypes)
        => new(Kinds.Polymorphic, [.. subtypes.OrderBy(TypeNames.Of, StringComparer.Ordinal)
            .Select(of => new ShapePart(TypeNames.Of(of), -1, of == type ? Reserve(() => RecordOf(of)) : Add(of)))])
            { Name = TypeNames.Of(type) };

    private Shape Of(Type type)
    {
        if (type.IsEnum) return Enum(type);
        if (type == typeof(Utf8) || type == typeof(string)) return new(nameof(String), []);
        if (type.IsArray && type != typeof(byte[])) return Array(type);
        if (type.IsGenericType && CollectionOf(type) is { } kind) return new(kind, [.. type.GetGenericArguments().Select(Held)]);
        if (ValueForm.HasOwnCodec(type) || type.IsDefined(typeof(MessagePackFormatterAttribute), inherit: false))
            return new(Kinds.Own, []) { Name = TypeNames.Of(type) };
        if (type.GetCustomAttributes<UnionAttribute>(inherit: false).ToList() is { Count: > 0 } union)
        {
            return new(Kinds.Union, [.. union.OrderBy(static of => of.Key)
                .Select(of => new ShapePart(TypeNames.Of(of.SubType), of.Key, Add(of.SubType)))]) { Name = TypeNames.Of(type) };
        }

        return KnownTypes.IsOfDotNet(type) && !KnownTypes.IsTuple(type) ? new(TypeNames.Of(type), []) : RecordOf(type);
    }

    // Of bytes in memory the library makes one value.
    private static string? CollectionOf(Type type)
        => type == typeof(Memory<byte>) || type == typeof(ReadOnlyMemory<byte>)
            ? null : Collections.GetValueOrDefault(type.GetGenericTypeDefinition());

    private ShapePart Held(Type type) => new("", -1, Add(type));

    private Shape Array(Type type)
    {
        var element = type.GetElementType()!;
        var kind = !type.IsSZArray ? $"array of {type.GetArrayRank()} dimensions" : KnownTypes.IsPlain(type) ? Kinds.Array : Kinds.List;
        // What the library reads takes no given serde.
        return new(kind, [new("", -1, Add(element, isGivenNone: kind == Kinds.Array))]);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Enums keep their names.")]
    private static Shape Enum(Type type)
    {
        var names = type.GetFields(BindingFlags.Public | BindingFlags.Static).ToDictionary(
            static name => name.Name, static name => Convert.ToString(name.GetRawConstantValue(), CultureInfo.InvariantCulture)!);
        return new(TypeNames.Of(type.GetEnumUnderlyingType()), [])
        {
            Name = TypeNames.Of(type), Numbers = new SortedDictionary<string, string>(names, StringComparer.Ordinal),
        };
    }

    private Shape RecordOf(Type type)
    {
        var members = RecordMembers.Of(type);
        return new(members is [{ Place: >= 0 }, ..] ? Kinds.ByPlace : Kinds.ByName, [.. members.Select(member
            => new ShapePart(member.Name, member.Place, Add(member.Type, IsCommonest(member.Type))))]) { Name = TypeNames.Of(type) };
    }

    private static bool IsCommonest(Type type) => type == typeof(long) || type == typeof(int) || type == typeof(double);
}
