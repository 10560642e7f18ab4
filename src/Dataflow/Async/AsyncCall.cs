using Dataflow.Time;

namespace Dataflow.Async;

/// <summary>A record whose result is awaited, or a time that keeps its place among them. Pooled by its queue.</summary>
internal sealed class AsyncCall<TIn, TResult>
{
    private CancellationTokenRegistration _stopping;

    /// <summary>Not used by a time.</summary>
    public Record<TIn> Record;

    public bool IsRecord { get; set; }

    /// <summary>What came before the record, or the time itself.</summary>
    public InputTime Time { get; set; }

    /// <summary>How many times came before it.</summary>
    public long Segment { get; set; }

    /// <summary>Numbers the records of a worker.</summary>
    public long Sequence { get; set; }

    /// <summary>What the last checkpoint holds it under, perhaps that of another run with other workers; null: it does not hold it.</summary>
    public InFlightKey? SavedAs { get; set; }

    public AsyncCall<TIn, TResult>? Previous { get; set; }

    public AsyncCall<TIn, TResult>? Next { get; set; }

    /// <summary>The next record whose result must not go on before this one's.</summary>
    public AsyncCall<TIn, TResult>? Follower { get; set; }

    /// <summary>Whether another record's result must go on first.</summary>
    public bool IsBehind { get; set; }

    public int Attempts { get; set; }

    /// <summary>The running attempt; null while the next one is waited for.</summary>
    public Task<TResult>? Result { get; set; }

    /// <summary>The attempt, or the pause before the next.</summary>
    public Task? Awaited { get; set; }

    /// <summary>Whether the result is there, or the last attempt has failed.</summary>
    public bool IsCompleted { get; set; }

    /// <summary>Cancelled when the attempt takes too long; null where there is no limit.</summary>
    public CancellationTokenSource? Limit { get; private set; }

    /// <summary>Begins an attempt's time.</summary>
    public CancellationToken SetLimit(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        Limit = new CancellationTokenSource(timeout, time);
        _stopping = cancellationToken.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), Limit);
        return Limit.Token;
    }

    /// <summary>What the ended attempt failed with; null if it did not.</summary>
    public Exception? Error(TimeSpan? timeout)
    {
        if (Result!.IsCompletedSuccessfully) return null;
        if (Limit is { IsCancellationRequested: true } && Result.IsCanceled) return new TimeoutException($"No answer came within {timeout}.");
        return Result.Exception?.InnerException ?? new TaskCanceledException(Result);
    }

    public void RemoveLimit()
    {
        if (Limit is null) return;
        _stopping.Dispose(); // first: it waits until a cancellation under way is over
        Limit.Dispose();
        Limit = null;
    }

    public void Reset()
    {
        RemoveLimit();
        Record = default;
        (IsRecord, IsBehind, IsCompleted, Attempts) = (false, false, false, 0);
        (SavedAs, Previous, Next, Follower, Result, Awaited) = (null, null, null, null, null, null);
    }
}
