namespace Dataflow;

static partial class Sink
{
    /// <summary>Prints a line for each result, after the checkpoint that covers it is durable.</summary>
    /// <param name="format">Formats a result as a line; <c>ToString</c> unless given. Called on the task's thread.</param>
    /// <param name="name">The name, shown in the plan; give one where a pipeline prints several streams.</param>
    /// <example><code>
    /// pipeline.From(Source.Of("two cups", "", "tea"))
    ///     .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
    ///     .To(Sink.Console&lt;string>());
    /// </code></example>
    public static Sink<T> Console<T>(Func<T, string>? format = null, string name = "console")
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new ConsoleSink<T>(format ?? (value => value?.ToString() ?? ""), System.Console.Out, name);
    }
}

internal sealed class ConsoleSink<T>(Func<T, string> format, TextWriter console, string name = "console") : Sink<T>
{
    public override string Name => name;

    public override bool MayBeShared => true;

    public override string Guarantee => "at most once: a crash between a checkpoint and its lines loses the lines";

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context) => new Writer(format, console);

    private sealed class Writer(Func<T, string> format, TextWriter console) : SinkWriter<T>
    {
        private readonly List<string> _lines = [];
        private int _prepared;

        public override void Write(in Record<T> record) => _lines.Add(format(record.Value));

        public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
        {
            _prepared = _lines.Count;
            return default;
        }

        public override void Commit()
        {
            for (var i = 0; i < _prepared; i++) console.WriteLine(_lines[i]);
            _lines.RemoveRange(0, _prepared);
            _prepared = 0;
        }
    }
}
