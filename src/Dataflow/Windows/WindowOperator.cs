namespace Dataflow.Windows;

/// <summary>The common base of the steps that aggregate windows: calls the user's code and tracks the watermark.</summary>
internal abstract class WindowOperator<TKey, T, TAccumulator, TResult, TOut>(
    WindowAggregate<TKey, T, TAccumulator, TResult, TOut> aggregate)
    : Operator<Keyed<TKey, T>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private const string QuietPart = "quiet";

    private readonly Aggregation<T, TAccumulator, TResult> _aggregation = aggregate.Aggregation;
    private Intake<T, TAccumulator>? _intake; // null where an error stops the job
    private Idleness _idleness;
    private long _lookedUpTo = long.MinValue;

    /// <summary>The number of open windows: panes, where a step keeps the windows of all keys together, else windows of single
    /// keys.</summary>
    protected abstract long OpenWindows { get; }

    /// <summary>The approximate end of the first open window, ms since the Unix epoch; null where it is not known.</summary>
    protected virtual long? NextEndMs => null;

    /// <summary>The watermark up to which windows have been closed.</summary>
    protected long Watermark => Times.Watermark;

    /// <summary>Up to where the windows of each key have been closed.</summary>
    protected KeyTimes<TKey> Times { get; private set; } = null!; // set by Declare

    /// <summary>The moment up to which windows may have been emitted because all input was idle; they are still open.</summary>
    protected long QuietUpTo { get; private set; }

    /// <summary>A record older than this must be reported to <see cref="Touch"/>.</summary>
    protected long Watched { get; set; } = long.MinValue;

    public sealed override void Advance(long watermark)
    {
        if (watermark > Watermark)
        {
            Close(watermark);
            Times.Advance(watermark);
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

    public sealed override void Capture(StepCheckpoint checkpoint)
    {
        if (QuietUpTo > long.MinValue) checkpoint.SaveWatermark(QuietUpTo, QuietPart);
    }

    protected override void Declare(StepDeclaration declare)
    {
        Times = declare.KeyTimes<TKey>();
        declare.Gauge(WindowCounters.Open, () => OpenWindows);
        declare.EventTime(() => Watermark, () => NextEndMs);
    }

    protected override void Open()
    {
        // of all workers: a window of this one that gave none says so itself
        QuietUpTo = Watched = Context.SavedWatermarks(QuietPart).Max();
        _intake = OpenIntake();
    }

    /// <summary>Emits the results of the windows that end up to a watermark, which is newer than <see cref="Watermark"/>, but not of those
    /// that were closed before their key came here (<see cref="Times"/>).</summary>
    protected abstract void Close(long watermark);

    /// <summary>Emits the results of windows that would be over if event time had advanced with the clock since the last record, if they
    /// have changed since their last result. Windows stay open.</summary>
    /// <param name="quiet">The event time that would have been reached.</param>
    /// <param name="from">The moment up to which there is nothing left to do, unless <see cref="Touch"/> was called.</param>
    protected virtual void LookAtQuiet(long quiet, long from)
    {
    }

    /// <summary>Records up to which moment windows were looked at, and up to which they were emitted.</summary>
    protected void Looked(long upTo, long given)
    {
        _lookedUpTo = upTo;
        QuietUpTo = Math.Max(QuietUpTo, given);
        Watched = Math.Max(QuietUpTo, upTo);
    }

    /// <summary>Called when a record changes, or may change, windows that were looked at.</summary>
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

    /// <summary>Whether errors of the user's code are rejected and merging may fail.</summary>
    protected bool MergesWithCare => _intake is not null && _aggregation.MergeMayFail;

    /// <summary>Opens an intake, which adds each value whole or not at all; null where an error stops the job.</summary>
    protected Intake<T, TAccumulator>? OpenIntake() => Context.KeepsRejected ? _aggregation.OpenIntake() : null;

    /// <summary>Adds a record; false if the user's code failed on it, so that a new accumulator holds nothing.</summary>
    protected bool TryAdd(ref TAccumulator accumulator, bool isNew, in Record<Keyed<TKey, T>> record)
    {
        try
        {
            if (isNew) accumulator = _aggregation.Create();
            _aggregation.Add(ref accumulator, in record.ValueRef().ValueRef(), _intake);
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
            return _aggregation.Create();
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
            _aggregation.Merge(ref into, in other);
        }
        catch (Exception error)
        {
            throw Context.Fail(error, default);
        }
    }

    /// <summary>Emits a window's result; false if the user's code failed on it, so that it was rejected.</summary>
    protected bool EmitResult(TKey key, Window window, in TAccumulator accumulator, long timestamp)
    {
        TOut value;
        try
        {
            value = aggregate.Result(key, window, _aggregation.Result(in accumulator));
        }
        catch (Exception error)
        {
            Reject(error, window.ToString());
            return false;
        }

        Emit(new Record<Keyed<TKey, TOut>>(new(key, value), timestamp, default));
        return true;
    }
}
