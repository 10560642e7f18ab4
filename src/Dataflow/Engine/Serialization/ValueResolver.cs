using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using MessagePack;
using MessagePack.Formatters;

namespace Dataflow.Serialization;

/// <summary>Finds the formatters of types, with the serdes that were given for some.</summary>
internal sealed class ValueResolver : IFormatterResolver
{
    private readonly IReadOnlyDictionary<Type, IGivenSerde> _given;
    private readonly ConcurrentDictionary<Type, object?> _found = [];

    public ValueResolver(IReadOnlyDictionary<Type, IGivenSerde> given)
    {
        _given = given;
        // Every type was checked before; a value that is read may be as deep as it was written.
        Options = MessagePackSerializerOptions.Standard.WithResolver(this)
            .WithSecurity(MessagePackSecurity.UntrustedData.WithMaximumObjectGraphDepth(int.MaxValue));
    }

    /// <summary>The resolver without any given serdes.</summary>
    public static ValueResolver Default { get; } = new(new Dictionary<Type, IGivenSerde>());

    public MessagePackSerializerOptions Options { get; }

    /// <summary>Whether a serde was given for a type; returns the types that it leaves to others.</summary>
    public bool IsGiven(Type type, [NotNullWhen(true)] out IReadOnlyList<Type>? parts)
    {
        parts = _given.TryGetValue(type, out var given) ? given.Parts : null;
        return parts is not null;
    }

    public IMessagePackFormatter<T>? GetFormatter<T>()
        => ReferenceEquals(this, Default) ? OfDefault<T>.Formatter : (IMessagePackFormatter<T>?)_found.GetOrAdd(typeof(T), Find);

    private object? Find(Type type)
        => _given.TryGetValue(type, out var given) ? given.Formatter : ValueForm.Of(type).Make?.Invoke(this);

    private static class OfDefault<T>
    {
        public static readonly IMessagePackFormatter<T>? Formatter = (IMessagePackFormatter<T>?)Default.Find(typeof(T));
    }
}
