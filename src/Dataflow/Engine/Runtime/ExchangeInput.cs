using System.Threading.Channels;
using Dataflow.Sharing;
using Dataflow.Time;

namespace Dataflow.Runtime;

/// <summary>The start of a stage: takes batches from each worker, in turn, and aligns their barriers.</summary>
internal sealed class ExchangeInput<T> : TaskInput
{
    private readonly Exchange<T> _exchange;
    private readonly int _to;
    private readonly RecordsAtHand<T> _atHand;
    private readonly Origin[] _origins;
    private readonly InputTime[] _times; // by origin
    private readonly ToldTime _told;
    private readonly Action _settle;
    private readonly RemoteTimes? _remote; // null: no other process takes part
    private ExchangeBatch<T>? _batch; // the batch that is not completely handled
    private int _next; // the index of the origin to read next
    private long _learned; // the number of records whose cost is known
    private bool _isNews;
    private bool _stands; // time does, until what other processes had sent before the start is read

    /// <param name="node">The exchange's node.</param>
    /// <param name="exchange">The channels.</param>
    /// <param name="to">The worker whose channels are read.</param>
    /// <param name="head">The stage's first step.</param>
    /// <param name="turn">The task's turn, which limits how long to continue.</param>
    /// <param name="fail">Makes the error of a step that failed on a record without naming itself.</param>
    /// <param name="settle">Ends what the task still does with the records of a batch.</param>
    /// <param name="remote">The time of other processes; null: there are none.</param>
    public ExchangeInput(
        Node node, Exchange<T> exchange, int to, Operator<T> head, Turn turn, Func<Exception, RecordOrigin, Exception> fail,
        Action settle, RemoteTimes? remote = null)
    {
        _settle = settle;
        _remote = remote;
        _stands = remote is not null;
        Node = node;
        _exchange = exchange;
        _to = to;
        _atHand = new(head, turn, fail);
        _origins = [.. Enumerable.Range(0, exchange.Workers).Select(from => new Origin(from, exchange.Reader(from, to)))];
        _times = [.. _origins.Select(static _ => InputTime.None)];
        _told = new(head.Advance, head.Idle);
    }

    public override Node Node { get; }

    public override long Given => _atHand.Given;

    public override bool IsMidway => _batch is not null;

    public override bool IsEnded => _told.Last.Watermark == long.MaxValue;

    public override int QueuedBatches => _origins.Sum(static origin => origin.Batches.Count);

    public override bool IsAtBarrier(long epoch)
        => Array.TrueForAll(_origins, origin => origin.Barrier >= epoch || _times[origin.From].Watermark == long.MaxValue);

    public override void HoldUp(bool isHeldUp) => _exchange.HoldUp(isHeldUp);

    public override bool Step(long epoch)
    {
        var any = false;
        for (; _next < _origins.Length; _next++)
        {
            var origin = _origins[_next];
            if (_batch is null && !Begin(origin, epoch)) continue;
            _atHand.Handle();
            any = true;
            if (!_atHand.IsEmpty) return true;
            End(origin);
        }

        _next = 0;
        return any;
    }

    public override void Learn(TimeSpan cost)
    {
        if (Given == _learned) return;
        _exchange.Pace(_to, Given - _learned, cost);
        _learned = Given;
    }

    public override void Tell()
    {
        if (!_isNews || _stands) return;
        _isNews = false;
        var local = InputTime.OfParts(_times);
        _told.Tell(_remote is null ? local : _remote.With(local));
    }

    /// <summary>Takes a report of time from another process.</summary>
    /// <param name="partition">The partition of the repartition topic that it stands in.</param>
    /// <param name="report">The report.</param>
    public void Take(int partition, in TimeReport report)
    {
        _remote!.Take(partition, in report);
        _isNews = true;
    }

    /// <summary>Lets time go on: all is read that other processes had sent before the start.</summary>
    public void LetTimeGoOn() => _stands = false;

    private bool Begin(Origin origin, long epoch)
    {
        // An origin whose barrier came is not read until all other barriers are there and the task has captured.
        if (origin.Barrier > epoch || !origin.Batches.TryRead(out _batch)) return false;
        _atHand.Take(_batch.Records, _batch.Count);
        return true;
    }

    private void End(Origin origin)
    {
        var (batch, time) = (_batch!, _batch!.Time);
        _batch = null;
        if (batch.Barrier > 0) origin.Barrier = batch.Barrier;
        _settle(); // the texts of its records end with it
        _exchange.Return(batch, origin.From, _to);
        if (time == _times[origin.From]) return;
        _times[origin.From] = time;
        _isNews = true;
        if (!time.IsIdle && _told.Last.IsIdle) _told.GoOn();
    }

    private sealed class Origin(int from, ChannelReader<ExchangeBatch<T>> batches)
    {
        public int From => from;

        public ChannelReader<ExchangeBatch<T>> Batches { get; } = batches;

        public long Barrier { get; set; }
    }
}
