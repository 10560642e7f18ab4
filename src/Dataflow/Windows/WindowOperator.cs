using Dataflow.Runtime;

namespace Dataflow.Windows;

/// <summary>What the steps that aggregate windows have in common: the user's code, and how far time has come.</summary>
internal abstract class WindowOperator<TKey, T, TAccumulator, TResult, TOut>(
    Aggregation<T, TAccumulator, TResult> aggregation,
    Func<TKey, Window, TResult, TOut> result)
    : Operator<Keyed<TKey, T>, Keyed<TKey, TOut>>, IHoldsWindows, IKnowsTime
    where TKey : notnull
{
    private Intake<T, TAccumulator>? _intake; // null where a failure stops the job

    public abstract long OpenWindows { get; }

    public virtual long? NextEndMs => null;

    /// <summary>Up to where windows have been closed.</summary>
    public long Watermark { get; private set; } = long.MinValue;

    public sealed override void Advance(long watermark)
    {
        if (watermark > Watermark)
        {
            Close(watermark);
            Watermark = watermark;
        }

        base.Advance(watermark);
    }

    internal override void Capture(TaskCheckpoint checkpoint) => checkpoint.SaveWatermark(Context.Name, Watermark);

    protected override void Open()
    {
        Watermark = Context.SavedWatermark();
        _intake = OpenIntake();
    }

    /// <summary>Hands out the results of the windows that end up to a watermark, which is newer than <see cref="Watermark"/>.</summary>
    protected abstract void Close(long watermark);

    /// <summary>Whether what the user's code fails on is left out, and merging may fail.</summary>
    protected bool MergesWithCare => _intake is not null && aggregation.MergeMayFail;

    /// <summary>Opens what adds values whole or not at all; null where a failure stops the job.</summary>
    protected Intake<T, TAccumulator>? OpenIntake() => Context.KeepsRejected ? aggregation.OpenIntake() : null;

    /// <summary>Adds a record; false if the user's code failed on it, so that a new accumulator holds nothing.</summary>
    protected bool TryAdd(ref TAccumulator accumulator, bool isNew, in Record<Keyed<TKey, T>> record)
    {
        try
        {
            if (isNew) accumulator = aggregation.Create();
            aggregation.Add(ref accumulator, record.Value.Value, _intake);
            return true;
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return false;
        }
    }

    protected TAccumulator Create()
    {
        try
        {
            return aggregation.Create();
        }
        catch (Exception error)
        {
            throw Context.Fail(error, default);
        }
    }

    protected void Merge(ref TAccumulator into, in TAccumulator other)
    {
        try
        {
            aggregation.Merge(ref into, in other);
        }
        catch (Exception error)
        {
            throw Context.Fail(error, default);
        }
    }

    /// <summary>Hands out a window's result; false if the user's code failed on it, which then is left out.</summary>
    protected bool EmitResult(TKey key, Window window, in TAccumulator accumulator, long timestamp)
    {
        TOut value;
        try
        {
            value = result(key, window, aggregation.Result(in accumulator));
        }
        catch (Exception error)
        {
            Reject(error, window);
            return false;
        }

        Emit(new Record<Keyed<TKey, TOut>>(new(key, value), timestamp, default));
        return true;
    }
}

/// <summary>A step that holds windows which are not closed.</summary>
internal interface IHoldsWindows
{
    long OpenWindows { get; }

    /// <summary>About when the first of them ends, ms since the Unix epoch; null where that is not known.</summary>
    long? NextEndMs { get; }
}
