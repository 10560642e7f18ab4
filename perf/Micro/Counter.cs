using Dataflow.Extensibility;

namespace Dataflow.Perf.Micro;

/// <summary>The end of a chain: counts what arrives.</summary>
internal sealed class Counter<T> : Operator<T>
{
    public long Count { get; private set; }

    public override void Process(in Record<T> record) => Count++;

    public override void Advance(long watermark)
    {
    }
}
