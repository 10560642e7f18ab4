namespace Dataflow.Extensibility;

/// <summary>A running step that replaces each value by the result of an asynchronous call.</summary>
/// <remarks>When <see cref="AsyncOptions.Concurrency"/> calls are in flight the task reads no further. A checkpoint keeps the records in
/// flight and waits for none, unless their type cannot be written: then it waits.</remarks>
/// <param name="options">How many calls at once, in which order results go on, timeout, retries, rate.</param>
public abstract class AsyncOperator<TIn, TOut>(AsyncOptions options) : CallingOperator<TIn, TOut, TOut>(options)
{
    /// <inheritdoc/>
    protected sealed override void HandOn(in Record<TIn> record, TOut result) => Emit(record.With(result));
}
