using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Dataflow.Serialization;

namespace Dataflow;

/// <summary>Converts values of a type to bytes in topics and state, and back.</summary>
/// <remarks><see cref="Default"/> is UTF-8 for <see cref="string"/>, big-endian for <see cref="int"/> and <see cref="long"/>, the bytes
/// themselves for <c>byte[]</c>, and MessagePack for all other types. <see cref="Pipeline.UseSerde"/> sets another one for a type.
/// Implementations must be safe for several threads.</remarks>
public abstract class Serde<T>
{
    /// <summary>The serde that topics and state use unless another is given.</summary>
    /// <exception cref="PlanException">There is none for the type; the message says what to do.</exception>
    public static Serde<T> Default => DefaultSerde<T>.Instance;

    /// <summary>The serde that the pipeline uses for the type in topics: the one of <see cref="Pipeline.UseSerde"/>, else
    /// <see cref="Default"/>. Only where the pipeline is planned, opened or run: on the threads that call steps, sources and
    /// sinks.</summary>
    /// <exception cref="PlanException">There is none for the type; the message says what to do.</exception>
    public static Serde<T> Current => DefaultSerde<T>.Current;

    /// <summary>The serde that state uses: values without references as they lie in memory, others with all their content. For values
    /// inside state whose form a step decides itself.</summary>
    /// <remarks>It uses the serdes of the pipeline that plans, opens or runs on the thread (<see cref="Pipeline.UseSerde"/>). Bytes are
    /// only valid for the same type on the same kind of machine.</remarks>
    /// <exception cref="PlanException">The type has none; thrown by <see cref="Signature"/> and by each use.</exception>
    public static Serde<T> State => Dataflow.State.StateSerde<T>.Instance;

    /// <summary>The signature of the bytes' form, which a restart compares: state is read with the serde that wrote it. Default: the full
    /// name of the serde's type.</summary>
    public virtual string Signature => TypeNames.Full(GetType());

    /// <summary>Writes a value.</summary>
    public abstract void Write(T value, IBufferWriter<byte> bytes);

    /// <summary>Reads a value whose texts (<see cref="Utf8"/>) may refer to memory on lease instead of being copied. By default they are
    /// copied.</summary>
    /// <param name="bytes">As for <see cref="Read"/>.</param>
    /// <param name="lease">The lease of the array in which the bytes lie; null: texts are copied.</param>
    /// <param name="value">The value, which is written where it belongs.</param>
    public virtual void ReadWithin(ReadOnlyMemory<byte> bytes, TextLease? lease, out T value) => value = Read(bytes);

    /// <summary>Reads a value.</summary>
    /// <param name="bytes">Exactly the bytes of one <see cref="Write"/>. Valid during the call only: copy what you keep.</param>
    public abstract T Read(ReadOnlyMemory<byte> bytes);
}

/// <summary>Serdes that are ready to use.</summary>
public static class Serde
{
    /// <summary>Makes a serde of JSON in UTF-8, by System.Text.Json: a value is read back as that library reads it.</summary>
    /// <param name="options">The library's options; its defaults unless given.</param>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "System.Text.Json refuses reflection itself where there is none.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "System.Text.Json refuses reflection itself where there is none.")]
    public static Serde<T> Json<T>(JsonSerializerOptions? options = null) => new JsonSerde<T>(options ?? JsonSerializerOptions.Default);

    /// <summary>Makes a serde for a base type or interface, which writes each value as its own type, by that type's name.</summary>
    /// <remarks>Values written under a type's old name cannot be read after a rename; types may be added.</remarks>
    /// <param name="types">All types of the values; include the base type itself if there are such values.</param>
    /// <exception cref="ArgumentException">There are no types, two have the same name, or one is not of the base type or cannot have
    /// instances.</exception>
    public static Serde<TBase> Polymorphic<TBase>(params IReadOnlyList<Type> types)
    {
        ArgumentNullException.ThrowIfNull(types);
        if (!ReflectedCodecs.AreSupported && types.FirstOrDefault(static type => GeneratedCodecs.Find(type) is null) is { } unknown)
        {
            throw new PlatformNotSupportedException(
                $"Type {TypeNames.Of(unknown)}: its codec is found by reflection, which a program that is trimmed or compiled ahead of "
                    + $"time does not have. Give {TypeNames.Of(unknown)} [DataflowRecord].");
        }

        if (types.Count == 0)
            throw new ArgumentException($"No type is declared. Name the types that a {TypeNames.Of(typeof(TBase))} may be.", nameof(types));
        if (types.FirstOrDefault(type => !type.IsAssignableTo(typeof(TBase)) || type.IsAbstract || type.IsInterface) is { } wrong)
            throw new ArgumentException(
                $"{TypeNames.Of(wrong)} is not a {TypeNames.Of(typeof(TBase))} that there can be values of.", nameof(types));
        if (types.GroupBy(TypeNames.Of).FirstOrDefault(static named => named.Count() > 1) is { } twice)
            throw new ArgumentException(
                $"Two types are called {twice.Key}. Rename one: values are written with the names of their types.", nameof(types));
        return new PolymorphicSerde<TBase>(types);
    }
}
