namespace Dataflow.Extensibility;

/// <summary>A running step that replaces each value by the result of an asynchronous call.</summary>
/// <remarks>The task stops reading while <see cref="AsyncOptions.Concurrency"/> calls are in flight. A checkpoint stores the records in
/// flight and does not wait for them, unless their type cannot be written: then it waits.</remarks>
/// <param name="options">The number of concurrent calls, the order of results, timeout, retries and rate.</param>
public abstract class AsyncOperator<TIn, TOut>(AsyncOptions options) : CallingOperator<TIn, TOut, TOut>(options)
{
    /// <inheritdoc/>
    protected sealed override void HandOn(in Record<TIn> record, TOut result) => Emit(record.With(result));
}
