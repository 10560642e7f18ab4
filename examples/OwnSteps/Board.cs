using System.Collections.Concurrent;
using Dataflow;
using Dataflow.Extensibility;

namespace OwnSteps;

/// <summary>A sink of one's own that follows a table: a row for each key, replaced when it changes and gone when it goes.</summary>
/// <remarks>After a crash, changes since the last checkpoint come again. To set a row twice does no harm: it remembers nothing.</remarks>
internal sealed class Board<TKey, TRow> : Sink<Keyed<TKey, Change<TRow>>>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TRow> _rows = new();

    public override string Name => "board";

    public override string Guarantee => "at least once, the same row again";

    public override bool IsParallel => true; // a key is of one worker

    public IEnumerable<KeyValuePair<TKey, TRow>> Rows => _rows.OrderBy(static row => row.Key);

    public override SinkWriter<Keyed<TKey, Change<TRow>>> Open(ReadOnlyMemory<byte> state, SinkContext context) => new Writer(_rows);

    private sealed class Writer(ConcurrentDictionary<TKey, TRow> rows) : SinkWriter<Keyed<TKey, Change<TRow>>>
    {
        private readonly Dictionary<TKey, Change<TRow>> _changes = []; // the last of each key since the last checkpoint

        public override void Write(in Record<Keyed<TKey, Change<TRow>>> record) => _changes[record.Value.Key] = record.Value.Value;

        // Before the checkpoint is durable: were it done in Commit, a crash in between would lose it.
        public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
        {
            foreach (var (key, change) in _changes)
            {
                if (change.HasNew) rows[key] = change.New;
                else rows.TryRemove(key, out _);
            }

            _changes.Clear();
            return default;
        }
    }
}
