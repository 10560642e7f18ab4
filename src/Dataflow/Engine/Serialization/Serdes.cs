using System.Collections.Concurrent;
using Dataflow.State;

namespace Dataflow.Serialization;

/// <summary>The serdes that a pipeline was given for types: they apply wherever it writes bytes.</summary>
/// <remarks>Codecs are found by type, from wherever a value is written; so the pipeline's serdes are set on the thread while it plans,
/// opens or runs the pipeline. All such code begins with <see cref="Enter"/>.</remarks>
internal sealed class Serdes
{
    [ThreadStatic]
    private static Serdes? t_current;

    private readonly Dictionary<Type, IGivenSerde> _given = [];
    private readonly ConcurrentDictionary<Type, object> _keys = [];
    private readonly ConcurrentDictionary<Type, object> _values = [];
    private readonly ConcurrentDictionary<string, string> _ofKeys = new(StringComparer.Ordinal);
    private ValueResolver? _resolver;

    /// <summary>The serdes of the thread's pipeline; null: none were given.</summary>
    public static Serdes? Current => t_current;

    /// <summary>The signatures of the serdes that keys need, by type, as far as the pipeline is planned.</summary>
    public ConcurrentDictionary<string, string> OfKeys => _ofKeys;

    public ValueResolver Resolver => _resolver ??= new(_given);

    /// <exception cref="ArgumentException">The type has another serde.</exception>
    public void Add<T>(Serde<T> serde)
    {
        if (_given.TryGetValue(typeof(T), out var given) && ((GivenSerde<T>)given).Serde is var other && other != serde
            && other.Signature != serde.Signature)
        {
            throw new ArgumentException(
                $"Type {TypeNames.Of(typeof(T))} has a serde in this pipeline: {other.Signature}. A type has one, since values go from "
                    + "step to step.", nameof(serde));
        }

        _given[typeof(T)] = new GivenSerde<T>(serde);
    }

    /// <summary>Makes these the serdes of the thread until the result is disposed.</summary>
    public Scope Enter()
    {
        var scope = new Scope(t_current);
        t_current = _given.Count == 0 ? null : this;
        return scope;
    }

    /// <summary>Returns the serde that was given for a type; null: none.</summary>
    public Serde<T>? Given<T>() => (_given.GetValueOrDefault(typeof(T)) as GivenSerde<T>)?.Serde;

    /// <exception cref="PlanException">The type, or one that it holds, cannot be written.</exception>
    public Serde<T> Values<T>()
        => (Serde<T>)_values.GetOrAdd(typeof(T), static (_, all) => ValueSerde<T>.Create(all.Resolver), this);

    /// <summary>Returns the codec of the pipeline's keys, on the thread of any pipeline.</summary>
    public KeyCodec<TKey> KeysOf<TKey>() => _given.Count == 0 ? KeyCodec<TKey>.Usual : Keys<TKey>();

    /// <exception cref="PlanException">The type cannot be a key.</exception>
    public KeyCodec<TKey> Keys<TKey>()
        => (KeyCodec<TKey>)_keys.GetOrAdd(typeof(TKey), static (_, all) => all.MakeKeys<TKey>(), this);

    /// <summary>Returns the name of a type with the serdes that the thread's pipeline was given for types in its values.</summary>
    public static string WithGiven(string name, Type type)
        => string.Concat([name, .. Current?.GivenIn(type).Select(static given => $" (serde of {given.Type}: {given.Signature})") ?? []]);

    private KeyCodec<TKey> MakeKeys<TKey>()
    {
        foreach (var (type, signature) in GivenIn(typeof(TKey))) _ofKeys[type] = signature;
        if (default(TKey) is IKeyOfParts parts) return (KeyCodec<TKey>)parts.MakeCodec();
        return Given<TKey>() is { } given ? new(given) { MayRefuse = true } : KeyCodec<TKey>.Of(() => DefaultSerde<TKey>.InstanceOf(this));
    }

    private IEnumerable<(string Type, string Signature)> GivenIn(Type type)
    {
        var seen = new HashSet<Type>();
        Look(type);
        return seen.Where(_given.ContainsKey).Select(part => (Type: TypeNames.Full(part), _given[part].Signature))
            .OrderBy(static given => given.Type, StringComparer.Ordinal);

        void Look(Type part)
        {
            if (!seen.Add(part)) return;
            var parts = _given.TryGetValue(part, out var given) ? given.Parts : ValueForm.Of(part).Parts.Select(static part => part.Type);
            foreach (var inner in parts) Look(inner);
        }
    }

    /// <summary>Restores the serdes that the thread had before.</summary>
    public readonly ref struct Scope(Serdes? before)
    {
        public void Dispose() => t_current = before;
    }
}

/// <summary>A serde that the user gave for a type.</summary>
internal interface IGivenSerde
{
    string Signature { get; }

    /// <summary>Returns the codec of values of the type inside others.</summary>
    object CodecIn(ValueResolver resolver);

    /// <summary>The types that it leaves to be written in the default way.</summary>
    IReadOnlyList<Type> Parts { get; }
}

internal sealed class GivenSerde<T>(Serde<T> serde) : IGivenSerde
{
    public Serde<T> Serde => serde;

    public string Signature => serde.Signature;

    public IReadOnlyList<Type> Parts => serde is PolymorphicSerde<T> polymorphic ? polymorphic.Types : [];

    public object CodecIn(ValueResolver resolver)
        => serde is PolymorphicSerde<T> polymorphic ? polymorphic.CodecIn(resolver) : new GivenCodec<T>(serde);
}
