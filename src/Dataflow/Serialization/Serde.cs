using System.Buffers;

namespace Dataflow;

/// <summary>How values of a type become bytes in topics and state, and values again.</summary>
/// <remarks>
/// <see cref="Default"/> is UTF-8 for <see cref="string"/>, big-endian for <see cref="int"/> and <see cref="long"/>, the bytes
/// themselves for <c>byte[]</c>, and MessagePack for all else. Implementations must be safe for several threads.
/// </remarks>
public abstract class Serde<T>
{
    /// <summary>The way that topics and state use unless told otherwise.</summary>
    /// <exception cref="PlanException">There is none for the type; the message says what to do.</exception>
    public static Serde<T> Default => DefaultSerde<T>.Instance;

    /// <summary>Writes a value.</summary>
    public abstract void Write(T value, IBufferWriter<byte> bytes);

    /// <summary>Makes the value again.</summary>
    /// <param name="bytes">Exactly what <see cref="Write"/> wrote. Valid during the call only: copy what is kept.</param>
    public abstract T Read(ReadOnlyMemory<byte> bytes);
}
