using Dataflow;
using Dataflow.Extensibility;

namespace OwnSteps;

/// <summary>A sink of one's own: draws a bar for each value once its checkpoint is durable.</summary>
internal sealed class BarChart<T>(Func<T, string> label, Func<T, double> length) : Sink<T>
{
    public override string Name => "bar-chart";

    public override string Guarantee => "console, at most once";

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context) => new Writer(this);

    private string Draw(T value) => $"{label(value),-28} {new string('#', (int)Math.Round(length(value) * 10))}";

    private sealed class Writer(BarChart<T> chart) : SinkWriter<T>
    {
        private readonly List<string> _written = [];
        private readonly List<string> _prepared = [];

        public override void Write(in Record<T> record) => _written.Add(chart.Draw(record.Value));

        public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
        {
            _prepared.AddRange(_written);
            _written.Clear();
            return default; // nothing to find again: what is drawn stays drawn
        }

        public override void Commit()
        {
            foreach (var bar in _prepared) Console.WriteLine(bar);
            _prepared.Clear();
        }
    }
}
