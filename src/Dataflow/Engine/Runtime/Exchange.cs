using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using Dataflow.Texts;
using Dataflow.Time;

namespace Dataflow.Runtime;

/// <summary>The bounded channels of pooled batches from each worker to each worker.</summary>
/// <remarks>A barrier has to wait for the content of the channels. So they hold as much as their reader handles in a few hundredths of a
/// second, which it reports after each of its turns; at first one record, since the pace is not known.</remarks>
internal sealed class Exchange<T>
{
    /// <summary>The largest number of records in a batch: large enough to make the channel's cost negligible, small enough for the
    /// cache.</summary>
    public const int BatchRecords = 1024;

    private const int BatchesInFlight = 8;
    private static readonly TimeSpan MaxInFlight = TimeSpan.FromMilliseconds(40); // of its reader's time, from all workers

    private readonly Channel<ExchangeBatch<T>>[] _channels;
    private readonly long[] _written; // records, by channel
    private readonly long[] _handled; // of these
    private readonly int[] _room; // the largest number of records in each of a worker's channels
    private readonly IReadOnlyList<Worker> _workers;
    private readonly ConcurrentQueue<ExchangeBatch<T>> _pool = new();
    private int _heldUp;

    public Exchange(IReadOnlyList<Worker> workers)
    {
        _workers = workers;
        _channels = new Channel<ExchangeBatch<T>>[workers.Count * workers.Count];
        _written = new long[_channels.Length];
        _handled = new long[_channels.Length];
        _room = [.. Enumerable.Repeat(1, workers.Count)];
        for (var i = 0; i < _channels.Length; i++)
        {
            _channels[i] = Channel.CreateBounded<ExchangeBatch<T>>(
                new BoundedChannelOptions(BatchesInFlight) { SingleReader = true, SingleWriter = true });
        }
    }

    public int Workers => _workers.Count;

    public ChannelReader<ExchangeBatch<T>> Reader(int from, int to) => _channels[Of(from, to)].Reader;

    public bool TryWrite(int from, int to, ExchangeBatch<T> batch)
    {
        var (channel, count) = (Of(from, to), batch.Count);
        var inFlight = _written[channel] - Volatile.Read(ref _handled[channel]);
        if (inFlight > 0 && count > 0 && inFlight + count > Volatile.Read(ref _room[to])) return false;
        if (!_channels[channel].Writer.TryWrite(batch)) return false;
        _written[channel] += count;
        AssertInvariants(channel);
        _workers[to].Wake();
        return true;
    }

    /// <summary>Sizes the room in front of a worker by its pace, changing it by at most a factor of two: a pause says nothing about the
    /// pace.</summary>
    /// <param name="to">The worker.</param>
    /// <param name="records">The number of records it has handled.</param>
    /// <param name="cost">The time that it took.</param>
    public void Pace(int to, long records, TimeSpan cost)
    {
        var room = cost > TimeSpan.Zero ? MaxInFlight / cost * records / Workers : double.MaxValue;
        var (min, max) = (Math.Max(1, _room[to] / 2), Math.Min(BatchesInFlight * BatchRecords, 2 * _room[to]));
        Volatile.Write(ref _room[to], (int)Math.Clamp(room, min, max));
    }

    /// <summary>Whether the task of some worker behind the exchange can take no more for long, so that nothing should be sent to it: a
    /// checkpoint would have to take it all in.</summary>
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

    public ExchangeBatch<T> Rent(int to)
    {
        if (!_pool.TryDequeue(out var batch)) batch = new ExchangeBatch<T>(BatchRecords);
        batch.Max = Math.Clamp(Volatile.Read(ref _room[to]) / BatchesInFlight, 1, BatchRecords);
        return batch;
    }

    /// <summary>Takes a batch back and lets a writer continue that found the channel full.</summary>
    public void Return(ExchangeBatch<T> batch, int from, int to)
    {
        Volatile.Write(ref _handled[Of(from, to)], _handled[Of(from, to)] + batch.Count);
        batch.Reset();
        _pool.Enqueue(batch);
        _workers[from].Wake();
    }

    /// <summary>Asserts the invariants, in debug builds; called by the channel's writer.</summary>
    [Conditional("DEBUG")]
    private void AssertInvariants(int channel)
    {
        var handled = Volatile.Read(ref _handled[channel]);
        Debug.Assert(handled <= Volatile.Read(ref _written[channel]), "No record is handled that was not written.");
        Debug.Assert(Volatile.Read(ref _heldUp) is >= 0 and var heldUp && heldUp <= Workers, "Each worker holds up once at most.");
    }

    private int Of(int from, int to) => (from * _workers.Count) + to;
}

/// <summary>Records on their way to another task, with the time after them and possibly a checkpoint's barrier.</summary>
internal sealed class ExchangeBatch<T>(int capacity)
{
    private readonly Record<T>[] _records = new Record<T>[capacity];
    private readonly BatchTexts _texts = new();

    public int Count { get; private set; }

    /// <summary>The number of records after which it is sent.</summary>
    public int Max { get; set; } = capacity;

    public InputTime Time { get; set; } = InputTime.None;

    /// <summary>The epoch that ends after this batch; 0: none.</summary>
    public long Barrier { get; set; }

    public bool IsFull => Count >= Max;

    public Record<T>[] Records => _records;

    public void Add(in Record<T> record)
    {
        ref var slot = ref _records[Count++];
        slot = record;
        slot.KeepTexts(_texts);
    }

    public void Reset()
    {
        _records.AsSpan(0, Count).Clear();
        _texts.End();
        Count = 0;
        Barrier = 0;
    }
}
