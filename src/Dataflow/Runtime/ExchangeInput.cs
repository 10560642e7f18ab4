using System.Threading.Channels;
using Dataflow.Time;

namespace Dataflow.Runtime;

/// <summary>The start of a stage: takes batches from each worker, in turn, and aligns their barriers.</summary>
internal sealed class ExchangeInput<T> : TaskInput
{
    private readonly Exchange<T> _exchange;
    private readonly Func<Exception, RecordOrigin, Exception> _fail;
    private readonly Operator<T> _head;
    private readonly Origin[] _origins;
    private readonly InputTime[] _times; // by origin
    private readonly ToldTime _told;
    private bool _isNews;

    /// <param name="exchange">The channels.</param>
    /// <param name="to">The worker whose channels are read.</param>
    /// <param name="head">The stage's first step.</param>
    /// <param name="fail">Makes the error of a step that failed on a record without saying its name.</param>
    public ExchangeInput(Exchange<T> exchange, int to, Operator<T> head, Func<Exception, RecordOrigin, Exception> fail)
    {
        _exchange = exchange;
        _fail = fail;
        _head = head;
        _origins = [.. Enumerable.Range(0, exchange.Workers).Select(from => new Origin(from, exchange.Reader(from, to)))];
        _times = [.. _origins.Select(static _ => InputTime.None)];
        _told = new(head.Advance, head.Idle);
    }

    public override bool IsEnded => _told.Last.Watermark == long.MaxValue;

    public override int QueuedBatches => _origins.Sum(static origin => origin.Batches.Count);

    public override bool IsAtBarrier(long epoch)
        => Array.TrueForAll(_origins, origin => origin.Barrier >= epoch || _times[origin.From].Watermark == long.MaxValue);

    public override void HoldUp(bool isHeldUp) => _exchange.HoldUp(isHeldUp);

    public override bool Step(long epoch)
    {
        var any = false;
        foreach (var origin in _origins)
        {
            // An origin whose barrier came is left alone until all others are there too and the task has captured.
            if (origin.Barrier > epoch || !origin.Batches.TryRead(out var batch)) continue;
            Handle(batch, origin);
            _exchange.Return(batch, origin.From);
            any = true;
        }

        return any;
    }

    public override void Tell()
    {
        if (!_isNews) return;
        _isNews = false;
        _told.Tell(InputTime.OfParts(_times));
    }

    private void Handle(ExchangeBatch<T> batch, Origin origin)
    {
        ProcessAll(batch.Records);
        if (batch.Barrier > 0) origin.Barrier = batch.Barrier;
        if (batch.Time == _times[origin.From]) return;
        _times[origin.From] = batch.Time;
        _isNews = true;
        if (!batch.Time.IsIdle && _told.Last.IsIdle) _told.Tell(_told.Last with { Idleness = default });
    }

    private void ProcessAll(ReadOnlySpan<Record<T>> records)
    {
        var i = 0;
        try
        {
            for (; i < records.Length; i++) _head.Process(in records[i]);
        }
        catch (Exception error) when (error is not DataflowException)
        {
            throw _fail(error, records[i].Origin);
        }
    }

    private sealed class Origin(int from, ChannelReader<ExchangeBatch<T>> batches)
    {
        public int From => from;

        public ChannelReader<ExchangeBatch<T>> Batches { get; } = batches;

        public long Barrier { get; set; }
    }
}
