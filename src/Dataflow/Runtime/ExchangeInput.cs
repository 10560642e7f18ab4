using System.Threading.Channels;

namespace Dataflow.Runtime;

/// <summary>The start of a stage: takes batches from each worker, in turn, and aligns their barriers.</summary>
internal sealed class ExchangeInput<T> : TaskInput
{
    private readonly Exchange<T> _exchange;
    private readonly Func<Exception, RecordOrigin, Exception> _fail;
    private readonly Operator<T> _head;
    private readonly Origin[] _origins;
    private long _watermark = long.MinValue;

    /// <param name="exchange">The channels.</param>
    /// <param name="to">The worker whose channels are read.</param>
    /// <param name="head">The stage's first step.</param>
    /// <param name="fail">Makes the error of a step that failed on a record without saying its name.</param>
    public ExchangeInput(Exchange<T> exchange, int to, Operator<T> head, Func<Exception, RecordOrigin, Exception> fail)
    {
        _exchange = exchange;
        _fail = fail;
        _head = head;
        _origins = [.. Enumerable.Range(0, exchange.Workers).Select(from => new Origin(exchange.Reader(from, to)))];
    }

    public override bool IsEnded => _watermark == long.MaxValue;

    public override int QueuedBatches => _origins.Sum(static origin => origin.Batches.Count);

    public override bool IsAtBarrier(long epoch)
        => Array.TrueForAll(_origins, origin => origin.Barrier >= epoch || origin.Watermark == long.MaxValue);

    public override void HoldUp(bool isHeldUp) => _exchange.HoldUp(isHeldUp);

    public override bool Step(long epoch)
    {
        var any = false;
        for (var from = 0; from < _origins.Length; from++)
        {
            var origin = _origins[from];
            // An origin whose barrier came is left alone until all others are there too and the task has captured.
            if (origin.Barrier > epoch || !origin.Batches.TryRead(out var batch)) continue;
            Handle(batch, origin);
            _exchange.Return(batch, from);
            any = true;
        }

        return any;
    }

    private void Handle(ExchangeBatch<T> batch, Origin origin)
    {
        ProcessAll(batch.Records);
        if (batch.Barrier > 0) origin.Barrier = batch.Barrier;
        if (batch.Watermark <= origin.Watermark) return;
        origin.Watermark = batch.Watermark;
        var least = _origins.Min(other => other.Watermark);
        if (least <= _watermark) return;
        _watermark = least;
        _head.Advance(least);
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

    private sealed class Origin(ChannelReader<ExchangeBatch<T>> batches)
    {
        public ChannelReader<ExchangeBatch<T>> Batches { get; } = batches;

        public long Watermark { get; set; } = long.MinValue;

        public long Barrier { get; set; }
    }
}
