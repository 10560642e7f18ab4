using System.Buffers;
using System.Text.Json;

namespace Dataflow;

/// <summary>How values of a type become bytes in topics and state, and values again.</summary>
/// <remarks>
/// <see cref="Default"/> is UTF-8 for <see cref="string"/>, big-endian for <see cref="int"/> and <see cref="long"/>, the bytes
/// themselves for <c>byte[]</c>, and MessagePack for all else. A pipeline may be given another for a type: <see cref="Pipeline.UseSerde"/>.
/// Implementations must be safe for several threads.
/// </remarks>
public abstract class Serde<T>
{
    /// <summary>The way that topics and state use unless told otherwise.</summary>
    /// <exception cref="PlanException">There is none for the type; the message says what to do.</exception>
    public static Serde<T> Default => DefaultSerde<T>.Instance;

    /// <summary>The way that state uses: values without references as they lie in memory, others with all that they hold. For values inside
    /// state whose form a step decides itself.</summary>
    /// <remarks>It goes by the pipeline that plans, opens or runs on the thread (<see cref="Pipeline.UseSerde"/>). Bytes are for the same
    /// type on the same kind of machine.</remarks>
    /// <exception cref="PlanException">There is none for the type: thrown by <see cref="Signature"/> and by each use.</exception>
    public static Serde<T> State => Dataflow.State.StateSerde<T>.Instance;

    /// <summary>The form of the bytes, which a restart compares: state is read in the way that it was written. Default: the name of the
    /// type of the serde.</summary>
    public virtual string Signature => TypeNames.Of(GetType());

    /// <summary>Writes a value.</summary>
    public abstract void Write(T value, IBufferWriter<byte> bytes);

    /// <summary>Makes the value again.</summary>
    /// <param name="bytes">Exactly what <see cref="Write"/> wrote. Valid during the call only: copy what is kept.</param>
    public abstract T Read(ReadOnlyMemory<byte> bytes);
}

/// <summary>Serdes that are ready to use.</summary>
public static class Serde
{
    /// <summary>JSON in UTF-8, by System.Text.Json: what comes back is what that library makes of it.</summary>
    /// <param name="options">The library's options; its defaults unless given.</param>
    public static Serde<T> Json<T>(JsonSerializerOptions? options = null) => new JsonSerde<T>(options ?? JsonSerializerOptions.Default);

    /// <summary>Values of a base type or interface, each as the type that it is, by that type's name.</summary>
    /// <remarks>A type that is renamed does not find what was written under its old name; types may be added.</remarks>
    /// <param name="types">All types that values may be of; the base type itself where there are such values.</param>
    /// <exception cref="ArgumentException">There are none, two have one name, or one is not of the base type or has no values of its
    /// own.</exception>
    public static Serde<TBase> Polymorphic<TBase>(params IReadOnlyList<Type> types)
    {
        ArgumentNullException.ThrowIfNull(types);
        if (types.Count == 0) throw new ArgumentException($"No type is declared. Name the types that a {TypeNames.Of(typeof(TBase))} may be.", nameof(types));
        if (types.FirstOrDefault(type => !type.IsAssignableTo(typeof(TBase)) || type.IsAbstract || type.IsInterface) is { } wrong)
            throw new ArgumentException($"{TypeNames.Of(wrong)} is not a {TypeNames.Of(typeof(TBase))} that there can be values of.", nameof(types));
        if (types.GroupBy(TypeNames.Of).FirstOrDefault(static named => named.Count() > 1) is { } twice)
            throw new ArgumentException($"Two types are called {twice.Key}. Rename one: values are written with the names of their types.", nameof(types));
        return new PolymorphicSerde<TBase>(types);
    }
}
