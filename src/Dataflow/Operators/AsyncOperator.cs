namespace Dataflow;

/// <summary>A running step whose results come later: several are in flight at once, and go on in the order of the input.</summary>
/// <remarks>When <c>concurrency</c> results are in flight the task reads no further. A checkpoint waits until what is in
/// flight has arrived.</remarks>
public abstract class AsyncOperator<TIn, TOut> : Operator<TIn, TOut>
{
    private readonly Queue<Pending> _pending = new();
    private readonly Queue<Pending> _waiting = new();
    private readonly int _concurrency;
    private int _running;

    /// <summary>Creates the step.</summary>
    /// <param name="concurrency">How many results may be in flight in one worker.</param>
    protected AsyncOperator(int concurrency)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrency, 1);
        _concurrency = concurrency;
    }

    internal override int MostRecordsAtOnce => _concurrency;

    internal override bool IsFull => _pending.Count >= _concurrency;

    internal override bool IsDrained => _pending.Count == 0;

    /// <inheritdoc/>
    public sealed override void Process(in Record<TIn> record)
    {
        var pending = new Pending(record);
        _pending.Enqueue(pending);
        _waiting.Enqueue(pending);
        StartWaiting();
    }

    /// <inheritdoc/>
    public sealed override void Advance(long watermark)
    {
        if (_pending.Count == 0) base.Advance(watermark);
        else _pending.Enqueue(new Pending(watermark));
    }

    /// <summary>Starts the work on a value; called on the task's thread, must not block.</summary>
    protected abstract Task<TOut> StartAsync(TIn value);

    internal sealed override bool Poll()
    {
        var any = false;
        while (_pending.TryPeek(out var pending) && pending.IsCompleted)
        {
            _pending.Dequeue();
            HandOn(pending);
            StartWaiting();
            any = true;
        }

        return any;
    }

    private void HandOn(Pending pending)
    {
        if (pending.Result is null)
        {
            base.Advance(pending.Watermark);
            return;
        }

        _running--;
        TOut value;
        try
        {
            value = pending.Result.GetAwaiter().GetResult();
        }
        catch (Exception error)
        {
            Reject(error, in pending.Record);
            return;
        }

        Emit(pending.Record.With(value));
    }

    private void StartWaiting()
    {
        while (_running < _concurrency && _waiting.TryDequeue(out var pending))
        {
            try
            {
                pending.Result = StartAsync(pending.Record.Value) ?? throw new InvalidOperationException("It returned no task.");
            }
            catch (Exception error)
            {
                throw Fail(error, in pending.Record);
            }

            _running++;
            pending.Result.GetAwaiter().UnsafeOnCompleted(Context.Task.Worker.Wake);
        }
    }

    /// <summary>A record whose result is awaited, or a watermark that keeps its place among them.</summary>
    private sealed class Pending
    {
        public readonly Record<TIn> Record;
        public readonly long Watermark;
        private readonly bool _isRecord;

        public Pending(Record<TIn> record) => (Record, _isRecord) = (record, true);

        public Pending(long watermark) => Watermark = watermark;

        public Task<TOut>? Result { get; set; }

        public bool IsCompleted => _isRecord ? Result is { IsCompleted: true } : true;
    }
}
