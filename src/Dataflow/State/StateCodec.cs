using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Dataflow.Serialization;

namespace Dataflow.State;

/// <summary>How state values are written: as they lie in memory where no references are inside, else by their serde.</summary>
internal static class StateCodec<T>
{
    private static readonly Serde<T>? Serde =
        RuntimeHelpers.IsReferenceOrContainsReferences<T>() ? ValueSerde<T>.Create(ValueResolver.Default) : null;

    /// <summary>Name and, where values are raw memory, size: what a restart compares.</summary>
    public static string Signature { get; } =
        TypeNames.Of(typeof(T)) + (Serde is null ? $":{Unsafe.SizeOf<T>()}" : "");

    /// <summary>Whether values are written as they lie in memory.</summary>
    public static bool IsMemory => Serde is null;

    public static void Write(ref T value, IBufferWriter<byte> bytes)
    {
        if (Serde is null) bytes.Write(Bytes(ref value));
        else Serde.Write(value, bytes);
    }

    public static T Read(ReadOnlyMemory<byte> bytes)
        => Serde is null ? Unsafe.ReadUnaligned<T>(ref MemoryMarshal.GetReference(bytes.Span)) : Serde.Read(bytes);

    private static ReadOnlySpan<byte> Bytes(ref T value)
        => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref value), Unsafe.SizeOf<T>());
}
