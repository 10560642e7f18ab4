using Dataflow.Planning;
using Dataflow.Sharing;
using Dataflow.State;
using Dataflow.Time;

namespace Dataflow.Runtime;

/// <summary>The end of a stage: collects records into a batch for each worker.</summary>
/// <remarks>A full channel never blocks the thread, which has other tasks to run: the batch waits here, and its task reads nothing more
/// until it is sent.</remarks>
/// <param name="exchange">The channels.</param>
/// <param name="router">Decides where each record goes.</param>
/// <param name="from">The worker.</param>
/// <param name="remote">Takes what goes to other processes; null: there are none.</param>
internal sealed class ExchangeWriter<T>(Exchange<T> exchange, Router<T> router, int from, RemoteWriter<T>? remote = null)
    : Operator<T>, IExchangeWriter
{
    private readonly ExchangeBatch<T>?[] _open = new ExchangeBatch<T>?[exchange.Workers];
    private readonly InputTime[] _sent = Enumerable.Repeat(InputTime.None, exchange.Workers).ToArray();
    private readonly Queue<(int To, ExchangeBatch<T> Batch)> _overflow = new();
    private InputTime _time = InputTime.None;

    public override bool IsOneToOne => true;

    public Turn? Turn { private get; set; }

    public bool HasOverflow => _overflow.Count > 0;

    public bool IsHeldUp => exchange.IsHeldUp;

    public override long PendingBytes => remote?.PendingBytes ?? 0;

    public override void Process(in Record<T> record)
    {
        Emitted++;
        var to = router.WorkerOf(in record);
        if (to >= 0) Add(in record, to);
        else if (to == ShardMap.Elsewhere) AddRemote(in record);
        else for (var worker = 0; worker < _open.Length; worker++) Add(in record, worker);
    }

    public override void Advance(long watermark) => _time = _time with { Watermark = watermark };

    public override void Idle(Idleness idleness) => _time = _time with { Idleness = idleness };

    public override void Capture(StepCheckpoint checkpoint) => remote?.Capture(checkpoint.Output, _time);

    public override void Close() => remote?.Close();

    /// <summary>Sends the collected records, and the time if it is new.</summary>
    public void Flush()
    {
        for (var to = 0; to < _open.Length; to++)
        {
            if (_open[to] is not null || _sent[to] != _time) Send(to);
        }
    }

    public void SendBarrier(long epoch)
    {
        for (var to = 0; to < _open.Length; to++)
        {
            (_open[to] ??= exchange.Rent(to)).Barrier = epoch;
            Send(to);
        }
    }

    /// <summary>Tries again to send batches that found their channel full; true if one was sent.</summary>
    public bool SendOverflow()
    {
        var any = false;
        while (_overflow.TryPeek(out var waiting) && exchange.TryWrite(from, waiting.To, waiting.Batch))
        {
            _overflow.Dequeue();
            any = true;
        }

        return any;
    }

    private void Add(in Record<T> record, int to)
    {
        var batch = _open[to] ??= exchange.Rent(to);
        batch.Add(in record);
        if (batch.IsFull) Send(to);
    }

    private void AddRemote(in Record<T> record)
    {
        try
        {
            remote!.Add(in record);
        }
        catch (SerdeException error)
        {
            Reject(error, in record); // nothing of it was written
        }
    }

    private void Send(int to)
    {
        var batch = _open[to] ?? exchange.Rent(to);
        _open[to] = null;
        _sent[to] = batch.Time = _time;
        if (_overflow.Count == 0 && exchange.TryWrite(from, to, batch)) return;
        _overflow.Enqueue((to, batch));
        Turn?.End();
    }
}

/// <summary>The writing side of an exchange of any type.</summary>
internal interface IExchangeWriter
{
    /// <summary>The task's turn, which ends when there is no room.</summary>
    Turn? Turn { set; }

    bool HasOverflow { get; }

    bool IsHeldUp { get; }

    void Flush();

    void SendBarrier(long epoch);

    bool SendOverflow();
}
