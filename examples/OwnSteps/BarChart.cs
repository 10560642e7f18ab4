using System.Buffers.Binary;
using Dataflow;
using Dataflow.Extensibility;

namespace OwnSteps;

/// <summary>A transactional sink of one's own: each checkpoint is a file of lines in a folder, there whole or not at all.</summary>
/// <remarks><c>Prepare</c> writes it under another name, <c>Commit</c> gives it its own. The state is the number of files so far.</remarks>
internal sealed class BarChart<T>(string folder, Func<T, string> label, Func<T, double> length) : Sink<T>
{
    public override string Name => "bar-chart";

    public override string Guarantee => "exactly once";

    /// <summary>All lines that were committed.</summary>
    public IEnumerable<string> Lines => Directory.EnumerateFiles(folder, "*.txt").SelectMany(File.ReadLines).Order();

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context)
    {
        var files = state.IsEmpty ? 0 : BinaryPrimitives.ReadInt32LittleEndian(state.Span);
        if (File.Exists(PathOf(files, "prepared"))) Show(files); // the checkpoint is durable; the commit did not come through
        foreach (var left in Directory.EnumerateFiles(folder, "*.prepared")) File.Delete(left); // of no checkpoint
        return new Writer(this, files);
    }

    private string Draw(T value) => $"{label(value),-24} {new string('#', (int)Math.Round(length(value) * 10))}";

    private string PathOf(int file, string kind) => Path.Combine(folder, $"{file:D6}.{kind}");

    private void Show(int file) => File.Move(PathOf(file, "prepared"), PathOf(file, "txt"));

    private sealed class Writer(BarChart<T> chart, int files) : SinkWriter<T>
    {
        private readonly List<string> _lines = [];
        private bool _isPrepared;

        public override void Write(in Record<T> record)
            => _lines.Add(chart.Draw(record.Value));

        public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
        {
            if (_lines.Count > 0)
            {
                File.WriteAllLines(chart.PathOf(++files, "prepared"), _lines);
                _lines.Clear();
                _isPrepared = true;
            }

            return BitConverter.GetBytes(files);
        }

        public override void Commit()
        {
            if (_isPrepared) chart.Show(files);
            _isPrepared = false;
        }
    }
}
