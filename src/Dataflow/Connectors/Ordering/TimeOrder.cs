using System.Buffers;
using Dataflow.Log;

namespace Dataflow;

/// <summary>Sorts records by time, those of equal time by arrival: in memory up to a limit, beyond it in sorted runs on disk, which are
/// merged as records are taken.</summary>
/// <param name="log">The log in whose directory the file lies; a log in memory has none, and then all records stay in memory.</param>
/// <param name="maxBytes">The largest number of bytes kept in memory.</param>
internal sealed class TimeOrder<T>(PartitionedLog? log, int maxBytes = TimeOrder<T>.DefaultMostBytes) : IDisposable
{
    public const int DefaultMostBytes = 32 << 20;

    private readonly ArrayBufferWriter<byte> _value = new();
    private readonly PriorityQueue<SortedRun, (long Time, int Number)> _runs = new(); // an earlier run's records came earlier
    private readonly bool _maySpill = log is { WorkDirectory: not null };
    private readonly MemoryRun _gathered = new();
    private SpillFile? _file;

    /// <summary>The number of records left to be taken.</summary>
    public long Count { get; private set; }

    public void Add(long time, in Record<T> record)
    {
        _value.ResetWrittenCount();
        Serde<T>.State.Write(record.Value, _value);
        _gathered.Add(new RunEntry(time, record.Origin, _value.WrittenMemory));
        Count++;
        if (_maySpill && _gathered.Bytes >= maxBytes) Spill();
    }

    /// <summary>Ends the input: all records were added.</summary>
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
        record = new(Serde<T>.State.Read(entry.Value), 0, entry.Origin);
        Skip();
        return true;
    }

    /// <summary>Skips the next record.</summary>
    public void Skip()
    {
        Count--;
        var run = _runs.Peek();
        if (run.MoveNext()) _runs.DequeueEnqueue(run, (run.Current.Time, run.Number));
        else _runs.Dequeue();
    }

    public void Dispose() => _file?.Dispose();

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
