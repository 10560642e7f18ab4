using Dataflow.Time;

namespace Dataflow.Async;

/// <summary>A record whose result is awaited, or a watermark that keeps its place among them. Pooled by its queue.</summary>
internal sealed class AsyncCall<TIn, TResult>
{
    private CancellationTokenRegistration _stopping;

    /// <summary>The record; not used by a watermark.</summary>
    public Record<TIn> Record;

    public bool IsRecord { get; set; }

    /// <summary>The last time before the record, or the time itself.</summary>
    public InputTime Time { get; set; }

    /// <summary>The number of times that came before it.</summary>
    public long Segment { get; set; }

    /// <summary>The record's number on its worker.</summary>
    public long Sequence { get; set; }

    /// <summary>The key under which the last checkpoint stores it, perhaps from another run with other workers; null: it is not
    /// stored.</summary>
    public InFlightKey? SavedAs { get; set; }

    public AsyncCall<TIn, TResult>? Previous { get; set; }

    public AsyncCall<TIn, TResult>? Next { get; set; }

    /// <summary>The next record whose result must not be emitted before this one's.</summary>
    public AsyncCall<TIn, TResult>? Follower { get; set; }

    /// <summary>Whether another record's result must be emitted first.</summary>
    public bool IsBehind { get; set; }

    public int Attempts { get; set; }

    /// <summary>The running attempt; null while it waits for the next one.</summary>
    public Task<TResult>? Result { get; set; }

    /// <summary>The running attempt, or the delay before the next.</summary>
    public Task? Awaited { get; set; }

    /// <summary>Whether the result is available, or the last attempt has failed.</summary>
    public bool IsCompleted { get; set; }

    /// <summary>Cancelled when the attempt exceeds its timeout; null where there is none.</summary>
    public CancellationTokenSource? Limit { get; private set; }

    /// <summary>Starts the timeout of an attempt.</summary>
    public CancellationToken SetLimit(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        Limit = new CancellationTokenSource(timeout, time);
        _stopping = cancellationToken.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), Limit);
        return Limit.Token;
    }

    /// <summary>Returns the error of the ended attempt; null if it succeeded.</summary>
    public Exception? Error(TimeSpan? timeout)
    {
        if (Result!.IsCompletedSuccessfully) return null;
        if (Limit is { IsCancellationRequested: true } && Result.IsCanceled)
            return new TimeoutException($"No answer came within {timeout}.");
        return Result.Exception?.InnerException ?? new TaskCanceledException(Result);
    }

    public void RemoveLimit()
    {
        if (Limit is null) return;
        _stopping.Dispose(); // first: it waits for a cancellation in progress
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
