using Dataflow.Async;
using Dataflow.Time;

namespace Dataflow.Extensibility;

/// <summary>A running step that makes an asynchronous call for each record, several of them concurrently.</summary>
/// <remarks>Derive from <see cref="AsyncOperator{TIn, TOut}"/> or <see cref="KeyedAsyncOperator{TKey, T, TOut}"/>, or from this type if the
/// step emits something other than the call's result. All its methods run on the task's thread: a call that completes elsewhere only wakes
/// the task, which then looks at the calls in flight. A record is in flight from the start of its first call until its result is emitted.
/// Checkpoints store the records in flight and do not wait for them; where their type cannot be written, checkpoints wait.</remarks>
public abstract class CallingOperator<TIn, TResult, TOut> : Operator<TIn, TOut>
{
    private readonly AsyncOptions _options;
    private readonly Func<TIn, int>? _keyShard;
    private readonly CallQueue<TIn, TResult> _calls;
    private readonly ToldTime _told;
    private Attempts<TIn, TResult>? _attempts;
    private InFlightState<TIn>? _saved;
    private KeyedState<InFlightKey, byte[]>? _inFlight;
    private Func<TIn, int> _shardOf = null!; // set by Open, as what workers share
    private SharedByWorkers _shared = null!;
    private Turns? _turns;
    private InputTime _time = InputTime.None; // the last that came
    private long _nextSequence;

    /// <summary>Creates a step; called once for each worker.</summary>
    /// <param name="options">The options of the calls, and whether results keep an order at all.</param>
    /// <param name="order">The order in which results are emitted; null: that of the input.</param>
    protected CallingOperator(AsyncOptions options, CallOrder<TIn>? order = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        order ??= CallOrder.OfInput<TIn>();
        _options = options;
        _keyShard = order.KeyShard;
        _calls = new(options.KeepsOrder ? order.Create<TResult>() : new AnyOrder<TIn, TResult>());
        _told = new(base.Advance, base.Idle);
    }

    /// <summary>The number of calls made, retries included.</summary>
    protected long CallsMade => _attempts?.Made ?? 0;

    /// <inheritdoc/>
    public override bool IsOneToOne => true;

    /// <inheritdoc/>
    public override int MaxRecordsAtOnce => _options.Concurrency;

    /// <inheritdoc/>
    public override bool IsFull => _calls.Count >= _options.Concurrency;

    /// <inheritdoc/>
    public override bool IsDrained => _calls.IsEmpty;

    /// <inheritdoc/>
    public override bool MayCapture => _saved is null ? IsDrained : _told.Last.Watermark >= WatermarkLimit();

    private Attempts<TIn, TResult> Attempts => _attempts ??= new(_options, Context, CallAsync, IsAnswered, _turns);

    /// <inheritdoc/>
    public sealed override void Process(in Record<TIn> record)
    {
        if (_saved is not null && !MayKeep(in record, record.Value)) return;
        Add(in record);
        Go();
    }

    /// <inheritdoc/>
    public sealed override void Advance(long watermark)
    {
        Receive(watermark);
        Go();
    }

    /// <inheritdoc/>
    public sealed override void Idle(Idleness idleness)
    {
        Receive(_time with { Idleness = idleness });
        Go();
    }

    /// <inheritdoc/>
    public override void Close()
    {
        for (var call = _calls.First; call is not null; call = call.Next) call.RemoveLimit();
    }

    /// <summary>Starts the call for a value.</summary>
    /// <remarks>Called on the task's thread; must not block. After a restart, and where calls are retried, it is called again for the
    /// same value.</remarks>
    /// <param name="value">The record's value.</param>
    /// <param name="cancellationToken">Cancelled when the call has taken longer than its timeout, and when the job ends.</param>
    protected abstract Task<TResult> CallAsync(TIn value, CancellationToken cancellationToken);

    /// <summary>Whether a value needs no call, so that it does not count for <see cref="AsyncOptions.CallsPerSecond"/>.</summary>
    protected virtual bool IsAnswered(TIn value) => false;

    /// <summary>Emits the output for a call's result; called on the task's thread, in the step's order.</summary>
    protected abstract void HandOn(in Record<TIn> record, TResult result);

    /// <summary>Handles a record whose last attempt failed. Unless overridden, rejects the record.</summary>
    protected virtual void HandOnFailed(in Record<TIn> record, Exception error) => Reject(error, in record);

    /// <inheritdoc/>
    public sealed override bool Poll()
    {
        if (_calls.IsEmpty || Stopping.IsCancellationRequested) return false; // calls cancelled with the job have not failed
        return Attempts.FindArrived() | Go();
    }

    /// <inheritdoc/>
    public override void Capture(StepCheckpoint checkpoint)
    {
        if (_saved is null) return;
        checkpoint.SaveWatermark(_time.Watermark);
        for (var call = _calls.First; call is not null; call = call.Next)
        {
            if (call.IsRecord && call.SavedAs is null) Save(call);
        }
    }

    /// <inheritdoc/>
    protected override void Declare(StepDeclaration declare) => _inFlight = declare.InFlight<TIn>();

    /// <summary>Starts again the calls of the records that were in flight at the last checkpoint. An override prepares what calls need
    /// before it calls this method.</summary>
    protected override void Open()
    {
        _saved = _inFlight is null ? null : new(Context, _inFlight);
        var ownShard = Context.OwnShard.Number;
        _shardOf = _keyShard ?? (_ => ownShard);
        _shared = Context.Shared(() => new SharedByWorkers(
            _options.CallsPerSecond is { } rate ? new RateLimit(rate, Context.Time) : null,
            _saved is not null && _keyShard is not null && Context.Workers > 1 ? Context.AlignWatermarks() : null));
        if (_shared.Limit is not null) _turns = new Turns(_shared.Limit, Context);
        if (_saved is not null) Restore();
    }

    private AsyncCall<TIn, TResult> Add(in Record<TIn> record)
    {
        var call = _calls.Add(in record, _time);
        call.Sequence = _nextSequence++;
        Attempts.Add(call);
        return call;
    }

    private void Receive(InputTime time)
    {
        if (time == _time) return;
        _time = time;
        _calls.Add(time);
    }

    private void Receive(long watermark) => Receive(_time with { Watermark = Math.Max(watermark, _time.Watermark) });

    private void Restore()
    {
        var reached = Context.SavedWatermarks().Min(); // by all workers: beyond it, others may still have records
        foreach (var (record, watermark, key) in _saved!.Load())
        {
            Receive(Math.Min(watermark, reached));
            var call = Add(in record);
            Restored++;
            (call.Sequence, call.SavedAs) = (key.Sequence, key);
            _nextSequence = Math.Max(_nextSequence, key.Sequence + 1);
        }

        Receive(reached);
    }

    private void Save(AsyncCall<TIn, TResult> call)
    {
        try
        {
            var key = new InFlightKey(_shardOf(call.Record.Value), call.Sequence);
            _saved!.Save(in call.Record, call.Time.Watermark, key);
            call.SavedAs = key;
        }
        catch (Exception error) when (Context.IsFailure(error))
        {
            throw Fail(error, in call.Record);
        }
    }

    /// <summary>Starts calls and emits results until nothing more can be done; false if there was nothing to do.</summary>
    private bool Go()
    {
        var any = false;
        bool goesOn;
        do
        {
            goesOn = Attempts.Start() | HandOnEnded() | PassTimes();
            any |= goesOn;
        }
        while (goesOn);
        return any;
    }

    private bool HandOnEnded()
    {
        var any = false;
        for (; Attempts.TryTakeEnded(out var call); any = true) HandOnFrom(call);
        return any;
    }

    private void HandOnFrom(AsyncCall<TIn, TResult> call)
    {
        for (var next = call; next is not null && _calls.MayGo(next);)
        {
            var record = next.Record;
            var result = next.Result!;
            var error = next.Error(_options.Timeout);
            if (next.SavedAs is { } key) _saved!.Remove(key);
            Attempts.Leave();
            next = _calls.Remove(next);
            if (error is null) HandOn(in record, result.Result);
            else HandOnFailed(in record, error);
        }
    }

    private bool PassTimes()
    {
        var any = false;
        while (_calls.First is { IsRecord: false, Time: var time })
        {
            var limit = Math.Min(time.Watermark, WatermarkLimit());
            any |= limit > _told.Last.Watermark;
            if (limit < time.Watermark)
            {
                _told.Tell(new(limit, time.IsIdle ? _told.Last.Idleness : time.Idleness));
                break;
            }

            _told.Tell(time);
            _calls.RemoveTime();
            _calls.FindReady(Attempts.Ended);
            any = true;
        }

        return any;
    }

    private long WatermarkLimit()
    {
        var reached = _calls.First?.Time.Watermark ?? _time.Watermark;
        return _shared.Alignment?.LimitOf(Context.Worker, reached, Context.Checkpoint) ?? reached;
    }
}
