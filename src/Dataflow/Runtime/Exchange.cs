using System.Collections.Concurrent;
using System.Threading.Channels;
using Dataflow.Time;

namespace Dataflow.Runtime;

/// <summary>The bounded channels of pooled batches from each worker to each worker.</summary>
internal sealed class Exchange<T>
{
    /// <summary>Records in a batch: large enough to make the channel's cost vanish, small enough for the cache.</summary>
    public const int BatchRecords = 1024;

    private const int BatchesInFlight = 8;

    private readonly Channel<ExchangeBatch<T>>[] _channels;
    private readonly IReadOnlyList<Worker> _workers;
    private readonly ConcurrentQueue<ExchangeBatch<T>> _pool = new();
    private int _heldUp;

    public Exchange(IReadOnlyList<Worker> workers)
    {
        _workers = workers;
        _channels = new Channel<ExchangeBatch<T>>[workers.Count * workers.Count];
        for (var i = 0; i < _channels.Length; i++)
        {
            _channels[i] = Channel.CreateBounded<ExchangeBatch<T>>(
                new BoundedChannelOptions(BatchesInFlight) { SingleReader = true, SingleWriter = true });
        }
    }

    public int Workers => _workers.Count;

    public ChannelReader<ExchangeBatch<T>> Reader(int from, int to) => Of(from, to).Reader;

    public bool TryWrite(int from, int to, ExchangeBatch<T> batch)
    {
        if (!Of(from, to).Writer.TryWrite(batch)) return false;
        _workers[to].Wake();
        return true;
    }

    /// <summary>Whether some worker's task behind the exchange can take no more for long, so that nothing is to be sent to wait
    /// for it: a checkpoint would have to take it all in.</summary>
    public bool IsHeldUp => Volatile.Read(ref _heldUp) > 0;

    public void HoldUp(bool isHeldUp)
    {
        if (isHeldUp)
        {
            Interlocked.Increment(ref _heldUp);
            return;
        }

        Interlocked.Decrement(ref _heldUp);
        foreach (var worker in _workers) worker.Wake();
    }

    public ExchangeBatch<T> Rent() => _pool.TryDequeue(out var batch) ? batch : new ExchangeBatch<T>(BatchRecords);

    /// <summary>Takes a batch back and lets a writer that found the channel full go on.</summary>
    public void Return(ExchangeBatch<T> batch, int from)
    {
        batch.Reset();
        _pool.Enqueue(batch);
        _workers[from].Wake();
    }

    private Channel<ExchangeBatch<T>> Of(int from, int to) => _channels[(from * _workers.Count) + to];
}

/// <summary>Records on their way to another task, with the time after them and, it may be, a checkpoint's barrier.</summary>
internal sealed class ExchangeBatch<T>(int capacity)
{
    private readonly Record<T>[] _records = new Record<T>[capacity];

    public int Count { get; private set; }

    public InputTime Time { get; set; } = InputTime.None;

    /// <summary>The epoch that ends after this batch; 0: none.</summary>
    public long Barrier { get; set; }

    public bool IsFull => Count == _records.Length;

    public ReadOnlySpan<Record<T>> Records => _records.AsSpan(0, Count);

    public void Add(in Record<T> record) => _records[Count++] = record;

    public void Reset()
    {
        _records.AsSpan(0, Count).Clear();
        Count = 0;
        Barrier = 0;
    }
}
