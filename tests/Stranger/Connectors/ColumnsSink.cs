using System.Collections.Concurrent;
using Dataflow;
using Dataflow.Codecs;

namespace Stranger.Connectors;

/// <summary>Collects the whole numbers and texts of rows by their columns.</summary>
public sealed class ColumnsSink<T> : Sink<T>
{
    public ConcurrentDictionary<string, ConcurrentQueue<object?>> Columns { get; } = [];

    public override string Name => "columns";

    public override string Guarantee => "at least once";

    public override void CheckTypes() => _ = RowGetter.Of<T>();

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context)
        => new Writer([.. RowGetter.Of<T>().Select(property => (Read(property), Columns.GetOrAdd(property.Name, static _ => [])))]);

    private static Func<object, object?> Read(RowGetter property)
    {
        if (property.Type == typeof(string)) return property.OfReference<string>();
        var number = property.OfValue<int>();
        return row => number(row);
    }

    private sealed class Writer((Func<object, object?> Read, ConcurrentQueue<object?> Column)[] columns) : SinkWriter<T>
    {
        private object? _box;

        public override void Write(in Record<T> record)
        {
            var row = RowGetter.Box(record.Value, ref _box);
            foreach (var (read, column) in columns) column.Enqueue(read(row));
        }

        public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output) => default; // nothing waits
    }
}
