using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Dataflow.Serialization;
using MessagePack;

namespace Dataflow.State;

/// <summary>The members of the types in a pipeline's state, of each type whose values another definition would read wrong; noted while the
/// pipeline is planned.</summary>
/// <remarks><code>
/// kind     of types                                its members, each with
/// struct   that are written as they lie in memory  type and offset
/// enum     wherever they are                       number
/// places   whose members have places, [Key(n)]     place
/// union    of subtypes with numbers, [Union]       number
/// records  of an exchange between processes        type
/// </code>Of values that are written member by member the schema is noted too.</remarks>
internal sealed class StateTypes
{
    [ThreadStatic]
    private static StateTypes? t_current;

    private readonly SortedDictionary<string, IReadOnlyDictionary<string, string>> _forms = new(StringComparer.Ordinal);
    private readonly HashSet<(Type Type, bool IsMemory)> _seen = [];

    /// <summary>The members of each type, by its kind and full name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Forms => _forms;

    /// <summary>The schemas of values that are written member by member, by the full name of their type.</summary>
    public StateSchemas Schemas { get; } = new();

    /// <summary>The schemas of keys, by the full name of their type.</summary>
    public StateSchemas Keys { get; } = new();

    /// <summary>Returns these notes for more to be added.</summary>
    public StateTypes Copy()
    {
        var copy = new StateTypes();
        foreach (var (type, members) in _forms) copy._forms.Add(type, members);
        copy._seen.UnionWith(_seen);
        copy.Schemas.Add(Schemas);
        copy.Keys.Add(Keys);
        return copy;
    }

    /// <summary>Notes the records that move between processes at an exchange.</summary>
    /// <param name="exchange">The exchange's name.</param>
    /// <param name="key">The type of the keys, as a restart compares it.</param>
    /// <param name="value">The form of the values.</param>
    public static void NoteRecords(string exchange, string key, string value)
        => t_current?.Add($"records at {exchange}", new Dictionary<string, string> { ["key"] = key, ["value"] = value });

    /// <summary>Notes the types of this thread here until the result is disposed.</summary>
    public Scope Enter()
    {
        var scope = new Scope(t_current);
        t_current = this;
        return scope;
    }

    /// <summary>Notes that state holds values of a type, if the thread plans a pipeline.</summary>
    /// <param name="type">The type.</param>
    /// <param name="isMemory">Whether they are written as they lie in memory.</param>
    public static void Note(Type type, bool isMemory) => t_current?.Look(type, isMemory);

    /// <summary>Notes the schema of values that state holds, and does not keep as they lie in memory, if the thread plans a
    /// pipeline.</summary>
    public static void NoteValues(Type type) => t_current?.Schemas.Add(type, Serdes.Current?.Resolver ?? ValueResolver.Default);

    /// <summary>Notes that state is kept by keys of a type, if the thread plans a pipeline.</summary>
    public static void NoteKeys(Type type)
    {
        Note(type, isMemory: false);
        t_current?.LookAtKeys(type);
    }

    /// <summary>Returns the types of a checkpoint that their definitions of now would read wrong.</summary>
    public static IEnumerable<string> Changed(
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> then,
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> now)
        => then.Keys.Where(type => now.TryGetValue(type, out var members) && !Agree(type, then[type], members));

    /// <summary>Returns a type with its members as text, for errors.</summary>
    public static string ToText(string type, IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> of)
        => $"{type}: {string.Join(", ", of[type].Select(static member => $"{member.Key} {member.Value}"))}";

    // Names and numbers may be added and removed; none may belong to another one now.
    private static bool Agree(string type, IReadOnlyDictionary<string, string> then, IReadOnlyDictionary<string, string> now)
    {
        if (type.StartsWith("struct ", StringComparison.Ordinal)) return then.Count == now.Count && !then.Except(now).Any();
        var known = ByNumber(now);
        return then.All(member => !now.TryGetValue(member.Key, out var number) || number == member.Value)
            && ByNumber(then).All(names => !known.Contains(names.Key) || known[names.Key].Intersect(names).Any());
    }

    private static ILookup<string, string> ByNumber(IReadOnlyDictionary<string, string> members)
        => members.ToLookup(static member => member.Value, static member => member.Key);

    // Keys of parts have a form of their own around those of the parts.
    private void LookAtKeys(Type type)
    {
        if (type == typeof(Shard)) return;
        if (!type.IsAssignableTo(typeof(IKeyOfParts))) Keys.Add(type, Serdes.Current?.Resolver ?? ValueResolver.Default);
        else foreach (var part in type.GetGenericArguments()) LookAtKeys(part);
    }

    private void Look(Type type, bool isMemory)
    {
        if (!_seen.Add((type, isMemory))) return;
        if (!isMemory && Serdes.Current is { } serdes && serdes.Resolver.IsGiven(type, out var given))
        {
            foreach (var part in given) Look(part, isMemory: false);
            return;
        }

        if (FormOf(type, isMemory) is var (kind, members)) Add($"{kind} {TypeNames.Full(type)}", members);
        foreach (var part in isMemory ? InMemory(type) : ValueForm.Of(type).Parts.Select(static part => part.Type)) Look(part, isMemory);
        if (!isMemory && HasFormatter(type)) LookBehindFormatter(type);
    }

    // Two assemblies may have types of one name.
    private void Add(string type, IReadOnlyDictionary<string, string> members)
    {
        while (!_forms.TryAdd(type, members)) type += '\'';
    }

    // A formatter of a generic type may write its type arguments as they lie in memory: those of aggregates and views do.
    private void LookBehindFormatter(Type type)
    {
        foreach (var part in type.GetGenericArguments())
        {
            if (MayBeMemory(part)) Look(part, isMemory: true);
            else NoteValues(part);
        }
    }

    private static bool MayBeMemory(Type type) => ReflectedCodecs.AreSupported ? KnownTypes.IsMemory(type) : type.IsValueType;

    private static bool HasFormatter(Type type)
        => type.IsDefined(typeof(MessagePackFormatterAttribute), inherit: false) || ValueForm.HasOwnCodec(type);

    private static IEnumerable<Type> InMemory(Type type)
        => KnownTypes.IsOfDotNet(type) ? type.GetGenericArguments()
            : ReflectedCodecs.AreSupported ? TypeFields.All(type).Select(static field => field.FieldType)
            : GeneratedCodecs.Find(type)?.Members.Select(static member => member.Type) ?? [];

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Enums keep their names.")]
    private static (string Kind, Dictionary<string, string> Members)? FormOf(Type type, bool isMemory)
    {
        if (KnownTypes.IsOfDotNet(type)) return null;
        if (type.IsEnum)
        {
            var names = type.GetFields(BindingFlags.Public | BindingFlags.Static);
            return ("enum", Members(names, static name => name.Name, static name => $"{name.GetRawConstantValue()}"));
        }

        if (isMemory && !ReflectedCodecs.AreSupported) return OfMade(type);
        if (isMemory)
        {
            var fields = TypeFields.All(type).Select(field => (Field: field, Offset: FieldOffset.In(type, field))).OrderBy(at => at.Offset);
            return ("struct", Members(
                fields, static at => TypeFields.Plain(at.Field.Name), static at => $"{TypeNames.Full(at.Field.FieldType)}@{at.Offset}"));
        }

        if (HasFormatter(type)) return null;
        if (type.GetCustomAttributes<UnionAttribute>(inherit: false).ToList() is { Count: > 0 } union)
            return ("union", Members(union, static of => TypeNames.Full(of.SubType), static of => Number(of.Key)));
        if (KnownTypes.CodecOf(type) is not null || PlacesOf(type) is not { Count: > 0 } places) return null;
        return ("places", Members(places, static member => member.Name, static member => Number(member.Place)));
    }

    // The members of a type that declares places.
    private static IReadOnlyList<RecordMember> PlacesOf(Type type)
        => RecordMembers.Of(type) is [{ Place: >= 0 }, ..] and var members ? members : [];

    // The offsets are not known: types and order are compared, and with what a program with reflection wrote nothing agrees.
    private static (string Kind, Dictionary<string, string> Members)? OfMade(Type type)
        => GeneratedCodecs.Find(type) is { } made
            ? ("struct", Members(
                made.Members.Index(), static at => at.Item.Name, static at => $"{TypeNames.Full(at.Item.Type)}#{at.Index}"))
            : null;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Members<T>(IEnumerable<T> members, Func<T, string> name, Func<T, string> value)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in members)
        {
            if (!texts.TryAdd(name(member), value(member))) texts[name(member)] += $" and {value(member)}";
        }

        return texts;
    }

    /// <summary>Restores the thread's previous notes.</summary>
    public readonly ref struct Scope(StateTypes? before)
    {
        public void Dispose() => t_current = before;
    }
}
