using System.Buffers;
using Dataflow.Log;
using Dataflow.State;

namespace Dataflow;

/// <summary>Puts records in the order of time, those of one time in the order of their coming: in memory up to a bound, beyond it in runs
/// on disk, each in order, which are merged as they are taken.</summary>
/// <param name="log">In whose directory the file lies; a log in memory has none, and then all stays in memory.</param>
/// <param name="maxBytes">How much is kept in memory at most.</param>
internal sealed class TimeOrder<T>(LogStore? log, int maxBytes = TimeOrder<T>.DefaultMostBytes) : IDisposable
{
    public const int DefaultMostBytes = 32 << 20;

    private readonly ArrayBufferWriter<byte> _value = new();
    private readonly PriorityQueue<SortedRun, (long Time, int Number)> _runs = new(); // an earlier run's records came earlier
    private readonly bool _maySpill = log is { Options.Durability: not Durability.Memory };
    private MemoryRun _gathered = new();
    private SpillFile? _file;

    /// <summary>How many records are left to be taken.</summary>
    public long Count { get; private set; }

    public void Add(long time, in Record<T> record)
    {
        _value.ResetWrittenCount();
        var value = record.Value;
        StateCodec<T>.Write(ref value, _value);
        _gathered.Add(new RunEntry(time, record.Origin, _value.WrittenMemory));
        Count++;
        if (_maySpill && _gathered.Bytes >= maxBytes) Spill();
    }

    /// <summary>Says that all are there.</summary>
    public void Complete()
    {
        _gathered.Sort();
        Take(_gathered);
    }

    public bool TryTake(out Record<T> record)
    {
        record = default;
        if (!_runs.TryPeek(out var run, out _)) return false;
        var entry = run.Current;
        record = new(StateCodec<T>.Read(entry.Value), 0, entry.Origin);
        Skip();
        return true;
    }

    /// <summary>Leaves the next record out.</summary>
    public void Skip()
    {
        Count--;
        var run = _runs.Peek();
        if (run.MoveNext()) _runs.DequeueEnqueue(run, (run.Current.Time, run.Number));
        else _runs.Dequeue();
    }

    public void Dispose()
    {
        _gathered.Clear();
        _file?.Dispose();
    }

    private void Spill()
    {
        _gathered.Sort();
        _file ??= SpillFile.Create(log!);
        Take(_file.Write(_gathered));
        _gathered.Clear();
    }

    private void Take(SortedRun run)
    {
        run.Number = _runs.Count;
        if (run.MoveNext()) _runs.Enqueue(run, (run.Current.Time, run.Number));
    }
}
