namespace Dataflow.Async;

/// <summary>Makes the calls of one worker and their retries, up to the allowed concurrency.</summary>
internal sealed class Attempts<TIn, TResult>(
    AsyncOptions options, OperatorContext context, Func<TIn, CancellationToken, Task<TResult>> callAsync, Func<TIn, bool> isAnswered,
    Turns? turns)
{
    private readonly Retries _retries = new(options);
    private readonly Queue<AsyncCall<TIn, TResult>> _waiting = new(); // for their first attempt
    private readonly Queue<AsyncCall<TIn, TResult>> _again = new(); // for another attempt, which is due
    private readonly List<AsyncCall<TIn, TResult>> _running = []; // an attempt, or the pause before another
    private readonly Action _wake = context.Wake;
    private int _onTheirWay;

    /// <summary>The number of attempts made.</summary>
    public long Made { get; private set; }

    /// <summary>The calls whose attempts have ended, and those that were held up behind one.</summary>
    public Queue<AsyncCall<TIn, TResult>> Ended { get; } = new();

    private CancellationToken Stopping => context.Stopping;

    public void Add(AsyncCall<TIn, TResult> call) => _waiting.Enqueue(call);

    /// <summary>Records that a record's result was emitted, so that another call may start.</summary>
    public void Leave() => _onTheirWay--;

    /// <summary>Removes the calls whose attempt or delay is over from the running ones; false if there were none.</summary>
    public bool FindArrived()
    {
        var kept = 0;
        for (var i = 0; i < _running.Count; i++)
        {
            var call = _running[i];
            if (!call.Awaited!.IsCompleted) _running[kept++] = call;
            else (call.Result is null ? _again : Ended).Enqueue(call);
        }

        var any = kept < _running.Count;
        _running.RemoveRange(kept, _running.Count - kept);
        return any;
    }

    /// <summary>Starts all calls that may start; false if there were none.</summary>
    public bool Start()
    {
        var any = false;
        for (; TryTakeNext(out var call); any = true) Start(call);
        return any;
    }

    /// <summary>Takes a call whose result is available, or whose last attempt has failed.</summary>
    public bool TryTakeEnded(out AsyncCall<TIn, TResult> call)
    {
        while (Ended.TryDequeue(out call!))
        {
            if (!call.IsCompleted && TryAgain(call)) continue;
            call.IsCompleted = true;
            return true;
        }

        return false;
    }

    private bool TryTakeNext(out AsyncCall<TIn, TResult> call)
    {
        call = null!;
        var isFirstAttempt = _again.Count == 0;
        if (isFirstAttempt && (_onTheirWay >= options.Concurrency || _waiting.Count == 0)) return false;
        var from = isFirstAttempt ? _waiting : _again;
        if (turns is not null && !isAnswered(from.Peek().Record.Value) && !turns.TryTake()) return false;
        call = from.Dequeue();
        if (isFirstAttempt) _onTheirWay++;
        return true;
    }

    private void Start(AsyncCall<TIn, TResult> call)
    {
        Made++;
        call.Attempts++;
        try
        {
            call.Result = Limited(
                call, callAsync(call.Record.Value, TokenOf(call)) ?? throw new InvalidOperationException("It returned no task."));
        }
        catch (Exception error)
        {
            call.Result = Task.FromException<TResult>(error);
        }

        if (call.Result.IsCompleted) Ended.Enqueue(call);
        else Await(call, call.Result);
    }

    private CancellationToken TokenOf(AsyncCall<TIn, TResult> call)
        => options.Timeout is { } timeout ? call.SetLimit(timeout, context.Time, Stopping) : Stopping;

    // The call may ignore its token.
    private static Task<TResult> Limited(AsyncCall<TIn, TResult> call, Task<TResult> result)
        => call.Limit is null || result.IsCompleted ? result : result.WaitAsync(call.Limit.Token);

    private void Await(AsyncCall<TIn, TResult> call, Task awaited)
    {
        call.Awaited = awaited;
        _running.Add(call);
        awaited.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_wake);
    }

    /// <summary>Schedules a retry of a failed call, if it is worth one.</summary>
    private bool TryAgain(AsyncCall<TIn, TResult> call)
    {
        if (!_retries.AreWorthIt(call)) return false;
        call.RemoveLimit();
        call.Result = null;
        Await(call, Task.Delay(_retries.DelayAfter(call.Attempts, context), context.Time, Stopping));
        return true;
    }
}
