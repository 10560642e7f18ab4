namespace Dataflow.Windows;

/// <summary>What the steps that aggregate windows have in common: the user's code, and how far time has come.</summary>
internal abstract class WindowOperator<TKey, T, TAccumulator, TResult, TOut>(
    Aggregation<T, TAccumulator, TResult> aggregation,
    Func<TKey, Window, TResult, TOut> result)
    : Operator<Keyed<TKey, T>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private const string QuietPart = "quiet";

    private Intake<T, TAccumulator>? _intake; // null where a failure stops the job
    private Idleness _idleness;
    private long _lookedUpTo = long.MinValue;

    /// <summary>How many windows are not closed: panes, where a step keeps windows of all keys together, else windows of single keys.</summary>
    protected abstract long OpenWindows { get; }

    /// <summary>About when the first of them ends, ms since the Unix epoch; null where that is not known.</summary>
    protected virtual long? NextEndMs => null;

    /// <summary>Up to where windows have been closed.</summary>
    protected long Watermark { get; private set; } = long.MinValue;

    /// <summary>Windows that end up to here may have given a result because all input was quiet; they are open still.</summary>
    protected long QuietUpTo { get; private set; }

    /// <summary>Records older than this are to be told to <see cref="Touch"/>.</summary>
    protected long Watched { get; set; } = long.MinValue;

    public sealed override void Advance(long watermark)
    {
        if (watermark > Watermark)
        {
            Close(watermark);
            Watermark = watermark;
        }

        base.Advance(watermark);
    }

    public sealed override void Idle(Idleness idleness)
    {
        _idleness = idleness;
        if (idleness.IsIdle) LookAtQuiet();
        else Touch();
        base.Idle(idleness);
    }

    public sealed override void EndOfBatch()
    {
        if (_idleness.IsIdle) LookAtQuiet();
    }

    public override void Capture(StepCheckpoint checkpoint)
    {
        checkpoint.SaveWatermark(Watermark);
        if (QuietUpTo > long.MinValue) checkpoint.SaveWatermark(QuietUpTo, QuietPart);
    }

    protected override void Declare(StepDeclaration declare)
    {
        declare.Gauge(WindowCounters.Open, () => OpenWindows);
        declare.EventTime(() => Watermark, () => NextEndMs);
    }

    protected override void Open()
    {
        Watermark = Context.SavedWatermark();
        QuietUpTo = Watched = Context.SavedWatermarks(QuietPart).Max(); // of all workers: a window of this one that gave none says so itself
        _intake = OpenIntake();
    }

    /// <summary>Hands out the results of the windows that end up to a watermark, which is newer than <see cref="Watermark"/>.</summary>
    protected abstract void Close(long watermark);

    /// <summary>Hands out results of the windows that are over if time has gone on with the clock since the last record, as far as they have
    /// changed since their last one. Windows stay open.</summary>
    /// <param name="quiet">How far it would have come.</param>
    /// <param name="from">Up to where nothing is left to do, unless <see cref="Touch"/> was called.</param>
    protected virtual void LookAtQuiet(long quiet, long from)
    {
    }

    /// <summary>Says that windows which end up to a moment have given results, and up to where windows were looked at.</summary>
    protected void Looked(long upTo, long given)
    {
        _lookedUpTo = upTo;
        QuietUpTo = Math.Max(QuietUpTo, given);
        Watched = Math.Max(QuietUpTo, upTo);
    }

    /// <summary>A record has come that changes windows which were looked at, or may.</summary>
    protected void Touch()
    {
        _lookedUpTo = long.MinValue;
        Watched = QuietUpTo;
    }

    private void LookAtQuiet()
    {
        var quiet = _idleness.TimeAt(Context.Time);
        if (quiet > Watermark && quiet > _lookedUpTo) LookAtQuiet(quiet, Math.Max(Watermark, _lookedUpTo));
    }

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
            Reject(error, window.Text);
            return false;
        }

        Emit(new Record<Keyed<TKey, TOut>>(new(key, value), timestamp, default));
        return true;
    }
}
