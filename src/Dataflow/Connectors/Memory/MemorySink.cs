using System.Buffers.Binary;

namespace Dataflow;

static partial class Sink
{
    /// <summary>Collects results in a list in memory, for tests and for programs that use them afterwards.</summary>
    /// <param name="name">The name in the plan and in checkpoints; a pipeline with several memory sinks needs several names.</param>
    /// <example><code>
    /// var results = Sink.Memory&lt;int>();
    /// pipeline.From(Source.Of(1, 2, 3)).Select(number => number * number).To(results);
    /// </code></example>
    public static MemorySink<T> Memory<T>(string name = "memory")
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new MemorySink<T>(name);
    }
}

/// <summary>A list of the results that committed checkpoints cover. One job writes to it; any thread may read it.</summary>
/// <remarks>A job that restarts in the same process finds its earlier results. In a new process the list begins with the first record after
/// the checkpoint that the job carries on from.</remarks>
public sealed class MemorySink<T> : Sink<T>
{
    private readonly Lock _lock = new();
    private readonly List<T> _prepared = [];
    private int _committed;
    private long _first;

    internal MemorySink(string name) => Name = name;

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string Guarantee => "exactly once within the process";

    /// <summary>Copies the results committed so far, in the order in which they were written.</summary>
    public IReadOnlyList<T> Committed
    {
        get
        {
            lock (_lock) return _prepared[.._committed];
        }
    }

    /// <inheritdoc/>
    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context)
    {
        if (state.Length is not (0 or sizeof(long))) throw ConnectorException.BadState(Name, state.Length);
        CutBackTo(state.IsEmpty ? 0 : BinaryPrimitives.ReadInt64BigEndian(state.Span));
        return new Writer(this);
    }

    private void CutBackTo(long count)
    {
        lock (_lock)
        {
            var kept = count - _first;
            if (kept >= 0 && kept <= _prepared.Count)
            {
                _prepared.RemoveRange((int)kept, _prepared.Count - (int)kept);
            }
            else
            {
                _prepared.Clear();
                _first = count;
            }

            _committed = _prepared.Count;
        }
    }

    private long Prepare(List<T> values)
    {
        lock (_lock)
        {
            _prepared.AddRange(values);
            return _first + _prepared.Count;
        }
    }

    private void Commit()
    {
        lock (_lock) _committed = _prepared.Count;
    }

    private sealed class Writer(MemorySink<T> sink) : SinkWriter<T>
    {
        private readonly List<T> _written = [];

        public override void Write(in Record<T> record) => _written.Add(record.Keep().Value);

        public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
        {
            var state = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64BigEndian(state, sink.Prepare(_written));
            _written.Clear();
            return state;
        }

        public override void Commit() => sink.Commit();
    }
}
