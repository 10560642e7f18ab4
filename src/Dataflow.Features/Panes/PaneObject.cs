using System.Buffers;

namespace Dataflow.Features.Panes;

/// <summary>An accumulator that holds references, or its bytes from a checkpoint.</summary>
internal abstract class PaneObject
{
    public abstract void Write(IBufferWriter<byte> bytes);
}

internal sealed class PaneObject<TAccumulator>(TAccumulator value) : PaneObject
{
    public TAccumulator Value = value;

    public override void Write(IBufferWriter<byte> bytes) => Serde<TAccumulator>.State.Write(Value, bytes);
}

/// <summary>Bytes from a checkpoint, to be read by the first code that knows their type.</summary>
internal sealed class WrittenPaneObject(byte[] bytes) : PaneObject
{
    public TAccumulator Read<TAccumulator>() => Serde<TAccumulator>.State.Read(bytes);

    public override void Write(IBufferWriter<byte> to) => to.Write(bytes);
}
