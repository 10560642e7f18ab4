namespace Dataflow.Extensibility;

/// <summary>A running step whose results come later: several are in flight at once, and go on in the order of the input.</summary>
/// <remarks>When <c>concurrency</c> results are in flight the task reads no further. A checkpoint keeps the records in flight and waits for
/// none, unless their type cannot be written: then it waits.</remarks>
public abstract class AsyncOperator<TIn, TOut> : CallingOperator<TIn, TOut, TOut>
{
    /// <summary>Creates the step.</summary>
    /// <param name="concurrency">How many results may be in flight in one worker.</param>
    protected AsyncOperator(int concurrency)
        : base(new AsyncOptions { Concurrency = concurrency })
    {
    }

    /// <summary>Starts the work on a value; called on the task's thread, must not block.</summary>
    protected abstract Task<TOut> StartAsync(TIn value);

    private protected sealed override Task<TOut> CallAsync(TIn value, CancellationToken cancellation) => StartAsync(value);

    private protected sealed override void HandOn(in Record<TIn> record, TOut result) => Emit(record.With(result));
}
