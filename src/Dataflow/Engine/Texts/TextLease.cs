using System.Runtime.InteropServices;
using Dataflow.Texts;

namespace Dataflow.Extensibility;

/// <summary>Memory that a source's reader has for a while, such as that of a batch: texts that were read from it refer to it.</summary>
/// <remarks>For the reader's thread. A reader takes one for each batch, decodes values with
/// <see cref="Serde{T}.ReadWithin(ReadOnlyMemory{byte}, TextLease, out T)"/>, and ends it before the memory is used again: in a later call
/// of <see cref="SourceReader{T}.Read"/> than that which returned the values.</remarks>
public sealed class TextLease
{
    internal TextLease(byte[] bytes) => Bytes = bytes;

    /// <summary>The array; null once the lease has ended.</summary>
    internal byte[]? Bytes { get; private set; }

    /// <summary>Begins a lease for values of a type.</summary>
    /// <param name="bytes">The memory.</param>
    /// <returns>The lease; null where values hold no texts, or the memory is no array: texts are copied then.</returns>
    public static TextLease? For<T>(ReadOnlyMemory<byte> bytes)
        => TextKeeper<T>.IsNeeded && MemoryMarshal.TryGetArray(bytes, out var array) ? new(array.Array!) : null;

    /// <summary>Ends it: texts that refer to it throw from now on.</summary>
    public void End() => Bytes = null;

    /// <summary>Goes on with the same content in another array.</summary>
    internal void Move(byte[] bytes) => Bytes = bytes;

    internal static InvalidOperationException Ended()
        => new("The text was read with a batch that has ended, so its bytes are gone. Code that keeps a Utf8 for longer than the call "
            + "it was given to keeps text.Keep(), or text.ToString().");
}
