using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Serialization;

/// <summary>Finds the codecs of types, with the serdes that were given for some.</summary>
internal sealed class ValueResolver : IFormatterResolver
{
    private readonly IReadOnlyDictionary<Type, IGivenSerde> _given;
    private readonly ConcurrentDictionary<Type, object?> _found = [];

    private readonly bool _takesMade;

    public ValueResolver(IReadOnlyDictionary<Type, IGivenSerde> given, bool takesMade = true)
    {
        (_given, _takesMade) = (given, takesMade);
        Codecs = new(this);
        // Every type was checked before; a value that is read may be as deep as it was written.
        Options = MessagePackSerializerOptions.Standard.WithResolver(this)
            .WithSecurity(MessagePackSecurity.UntrustedData.WithMaximumObjectGraphDepth(int.MaxValue));
    }

    /// <summary>The resolver without any given serdes.</summary>
    public static ValueResolver Default { get; } = new(new Dictionary<Type, IGivenSerde>());

    /// <summary>The resolver without codecs that were made at compile time either: what they are compared with.</summary>
    public static ValueResolver ByReflection { get; } = new(new Dictionary<Type, IGivenSerde>(), takesMade: false);

    public MessagePackSerializerOptions Options { get; }

    /// <summary>The codecs, for codecs that hold others.</summary>
    public ValueCodecs Codecs { get; }

    /// <summary>Whether a serde was given for a type; returns the types that it leaves to others.</summary>
    public bool IsGiven(Type type, [NotNullWhen(true)] out IReadOnlyList<Type>? parts)
    {
        parts = _given.TryGetValue(type, out var given) ? given.Parts : null;
        return parts is not null;
    }

    /// <summary>Returns the signature of the serde that was given for a type.</summary>
    public string SignatureOf(Type type) => _given[type].Signature;

    /// <summary>Whether a codec that was made at compile time applies: unless a serde was given for a type that it writes itself.</summary>
    public bool Takes(RecordForm made) => _takesMade && (_given.Count == 0 || !made.Inlined.Any(_given.ContainsKey));

    /// <summary>Returns the codec of a type, which was checked before.</summary>
    public ValueCodec<T> CodecOf<T>()
        => (ReferenceEquals(this, Default) ? OfDefault<T>.Codec : (ValueCodec<T>?)_found.GetOrAdd(typeof(T), _ => Make<T>()))
            ?? throw new InvalidOperationException($"Type {TypeNames.Of(typeof(T))} has no form that can be written.");

    /// <summary>Returns the codec as a formatter, for formatters of the user and of MessagePack's library.</summary>
    public IMessagePackFormatter<T>? GetFormatter<T>()
        => CodecOf<T>() is var codec && codec is FormatterCodec<T> library ? library.Formatter : new CodecFormatter<T>(codec);

    private object? Find(Type type)
        => _given.TryGetValue(type, out var given) ? given.CodecIn(this) : ValueForm.Of(type).Make?.Invoke(this);

    [UnconditionalSuppressMessage("Trimming", "IL2087", Justification = "No constructor runs.")]
    private ValueCodec<T>? Make<T>()
    {
        if (Find(typeof(T)) is ValueCodec<T> found) return found;
        if (!typeof(T).IsValueType && ValueForm.UnionOf(typeof(T)) is { Count: > 0 } union) return new UnionCodec<T>(union, this)!;
        return ValueForm.HasOwnCodec(typeof(T))
            ? ((IHasCodec<T>)RuntimeHelpers.GetUninitializedObject(typeof(T))).MakeCodec(Codecs) : null;
    }

    private static class OfDefault<T>
    {
        public static readonly ValueCodec<T>? Codec = Default.Make<T>();
    }
}
