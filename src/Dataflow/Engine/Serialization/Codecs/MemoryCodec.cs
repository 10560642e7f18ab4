using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Dataflow.Serialization;

/// <summary>Writes values as they lie in memory: for types of .NET that hold no references.</summary>
internal sealed class MemoryCodec<T> : ValueCodec<T>
{
    public override void Write(ref ValueWriter writer, T value) => writer.WriteBytes(BytesOf(ref value));

    public override T Read(ref ValueReader reader) => Of(reader.ReadBytes());

    public static ReadOnlySpan<byte> BytesOf(ref T value)
        => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<T, byte>(ref value), Unsafe.SizeOf<T>());

    public static T Of(ReadOnlySpan<byte> bytes)
        => bytes.Length == Unsafe.SizeOf<T>()
            ? Unsafe.ReadUnaligned<T>(ref MemoryMarshal.GetReference(bytes))
            : throw SerdeException.Malformed(typeof(T), $"{bytes.Length} bytes");
}
