using System.Buffers;

namespace Dataflow.State;

/// <summary>Writes values in the form of state.</summary>
internal sealed class StateSerde<T> : Serde<T>
{
    public static StateSerde<T> Instance { get; } = new();

    public override string Signature => StateCodec<T>.Signature;

    public override void Write(T value, IBufferWriter<byte> bytes) => StateCodec<T>.Write(ref value, bytes);

    public override T Read(ReadOnlyMemory<byte> bytes) => StateCodec<T>.Read(bytes);
}
