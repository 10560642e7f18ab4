using Dataflow.Extensibility;

namespace Dataflow.Dashboard.Tests;

/// <summary>A sink whose first checkpoints fail, by an error that may pass.</summary>
internal sealed class FailingSink(int failures) : Sink<int>
{
    private int _left = failures;

    public override string Name => "failing";

    public override string Guarantee => "none";

    public override SinkWriter<int> Open(ReadOnlyMemory<byte> state, SinkContext context) => new Writer(this);

    private sealed class Writer(FailingSink sink) : SinkWriter<int>
    {
        public override void Write(in Record<int> record)
        {
        }

        public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
            => sink._left-- > 0 ? throw new DataflowException("Busy.") { IsTransient = true } : default;
    }
}
