namespace Dataflow.Processing;

/// <summary>Runs the user's code of a <c>Process</c> step: its states, its timers and its outputs.</summary>
/// <remarks>In time order, a record that is newer than the step's event time waits in state, and is handled in turn with the timers once
/// the watermark is there. Due work is done in portions: a checkpoint can be taken between them.</remarks>
internal sealed class ProcessRunner<TKey, T, TOut>(
    KeyedProcess<TKey, T, TOut> process,
    ProcessPlan plan,
    ProcessRunner<TKey, T, TOut>.Emission emit,
    Action<long> advance,
    Action<Idleness> idle,
    Action<Exception, RecordOrigin> reject,
    Action<Exception, string> rejectTimer)
    where TKey : notnull
{
    private const int EventsAtOnce = 1024;
    private const long SliceMs = 16;
    private const string NowPart = "now";

    private OperatorContext _step = null!;
    private WaitingRecords<TKey, T>? _waiting; // null where records are handled as they come
    private Timers<TKey> _timers = null!;
    private ProcessingTimers<TKey> _processingTimers = null!;
    private RunningContext<TKey, T, TOut> _context = null!;
    private KeyTimes<TKey> _times = null!; // up to what was passed on
    private Counter _droppedTimers = null!;
    private long _until = long.MinValue; // how far it may go
    private long _fireUntil = long.MinValue; // and with timers, those of the watermark's own moment wait for records of it
    private long _quiet = long.MinValue; // and with records, where no more come
    private long _watermark = long.MinValue;
    private long _newest = long.MinValue;
    private Idleness _idleness;
    private Idleness _passedOn;
    private bool _endsThen;
    private bool _isEnding;

    public delegate void Emission(in Record<Keyed<TKey, TOut>> record);

    public ProcessStates<TKey, T> States { get; private set; } = null!; // set by Declare

    public SideOutputs<TKey> Sides { get; private set; } = null!; // set by Declare

    /// <summary>The step's event time: ahead of the watermark where it handled records while all input was idle.</summary>
    public long Now { get; private set; } = long.MinValue;

    public long ProcessingTime => _processingTimers.Now;

    public Emission EmitNext => emit;

    /// <summary>The time up to which the step has handled everything: records that are not newer are late.</summary>
    private long Reached => Math.Min(Now, _watermark);

    /// <summary>The step's event time for a key, which may have come further elsewhere.</summary>
    public long NowOf(TKey key) => Math.Max(Now, _times.Of(key));

    /// <summary>Whether due timers or records are left for the next portion.</summary>
    public bool IsBehind { get; private set; }

    public void Declare(StepDeclaration declare)
    {
        States = new ProcessStates<TKey, T>(declare);
        Sides = declare.AllOutputs<TKey>();
        _droppedTimers = declare.Counter(ProcessCounters.DroppedTimers);
        declare.Gauge(CounterDefinition.Expired, () => States.Expiring.Sum(static state => state.Expired));
        process.Open(States);
        plan.Check(States, declare);
        if (plan.IsInTimeOrder) _waiting = declare.Waiting<TKey, T>("waiting-records", TimeSpan.FromMilliseconds(SliceMs));
        _timers = declare.Timers<TKey>("event-timers");
        _processingTimers = declare.ProcessingTimers<TKey>();
        _times = declare.KeyTimes<TKey>();
    }

    public void Open(OperatorContext step)
    {
        _step = step;
        _context = new RunningContext<TKey, T, TOut>(this, step.KeepsRejected);
        _until = _watermark = _times.Watermark;
        _fireUntil = Before(_watermark);
        Now = _newest = step.SavedWatermark(NowPart);
    }

    public void Capture(StepCheckpoint checkpoint) => checkpoint.SaveWatermark(Now, NowPart);

    public void Process(in Record<Keyed<TKey, T>> record)
    {
        if (_waiting is null)
        {
            Handle(record.Value.Key, record.With(record.Value.Value));
        }
        else if (record.Timestamp > _times.Of(record.Value.Key))
        {
            Keep(in record);
        }
        else
        {
            Handle(record.Value.Key, record.With(record.Value.Value));
            while (TryFire(Reached - 1)) ; // as if the record had waited: before what comes next
        }
    }

    /// <summary>Runs code that changes broadcast state; returns its error, after which nothing has changed.</summary>
    public Exception? TryBroadcast<TBroadcast>(BroadcastProcess<TKey, T, TBroadcast, TOut> process, in Record<TBroadcast> record)
    {
        States.Undo.Begin();
        try
        {
            process.OnBroadcast(in record);
        }
        catch (Exception error)
        {
            States.Undo.Undo();
            return error;
        }

        States.Undo.Commit();
        return null;
    }

    public void Advance(long watermark)
    {
        _watermark = Math.Max(_watermark, watermark);
        _endsThen = watermark == long.MaxValue && !_isEnding;
        // At the end, event time first advances to the newest record only: how far it had advanced before depends on chance.
        if (_endsThen) MoveTo(_step.NewestAtEnd, mayMoreCome: false);
        else MoveTo(watermark, mayMoreCome: true);
    }

    public void Idle(Idleness idleness)
    {
        _idleness = idleness;
        if (!idleness.IsIdle && _until > _watermark) (_until, _fireUntil) = (_watermark, Before(_watermark));
        if (IsDueInQuiet()) GoOn();
        PassOnIdleness();
    }

    /// <summary>Advances the step to a time and handles what is due, even if the watermark is not there yet.</summary>
    /// <param name="time">The time of the last of the records.</param>
    /// <param name="mayMoreCome">Whether more records of that time may come: timers of that time wait for them.</param>
    public void MoveTo(long time, bool mayMoreCome)
    {
        _until = Math.Max(_until, time);
        _fireUntil = mayMoreCome ? Before(_until) : _until;
        GoOn();
    }

    public bool Poll()
    {
        var isBehind = IsBehind || IsDueInQuiet() || _timers.Next < Reached; // the last were set behind it
        if (isBehind) GoOn();
        PassOnIdleness();
        var fired = 0;
        for (; fired < EventsAtOnce && !_step.IsWaitedFor && _processingTimers.TryTakeDue(out var key, out var timestamp); fired++)
            Fire(key, timestamp, isProcessing: true);
        return isBehind | fired > 0 | Sweep();
    }

    /// <summary>Whether records wait that would be due if event time had advanced with the clock since the last record. Such records exist,
    /// so the step handles them; timers that are newer than the newest record of all input wait for the watermark, which does not
    /// advance.</summary>
    private bool IsDueInQuiet()
    {
        _quiet = _idleness.TimeAt(_step.Time);
        if (_waiting is null || !_idleness.IsIdle) return false;
        var reached = Math.Min(_quiet, _idleness.Newest);
        if (reached > _fireUntil) _until = _fireUntil = Math.Max(_until, reached);
        return (_waiting.TryPeek(out var time) && time <= _quiet) || _fireUntil > Now || _timers.Next <= _fireUntil;
    }

    /// <summary>Passes idleness on once no record waits that the idle time makes due: until then the next steps wait for this
    /// one.</summary>
    private void PassOnIdleness()
    {
        if (_idleness == _passedOn || (_idleness.IsIdle && (IsBehind || (_waiting is not null && _waiting.TryPeek(out _))))) return;
        _passedOn = _idleness;
        idle(_passedOn);
    }

    private void Keep(in Record<Keyed<TKey, T>> record)
    {
        try
        {
            _step.CheckKept(record.Value.Value);
        }
        catch (Exception error)
        {
            reject(error, record.Origin);
            return;
        }

        _waiting!.Add(in record);
    }

    private bool Sweep()
    {
        var any = false;
        foreach (var state in States.Expiring) any |= state.Sweep(Now);
        return any;
    }

    public void Change(TimerChange change, TKey key, long timestamp)
    {
        switch (change)
        {
            case TimerChange.Set when !_timers.Set(key, timestamp):
            case TimerChange.SetProcessing when _isEnding:
                _droppedTimers.Add();
                break;
            case TimerChange.Delete:
                _timers.Delete(key, timestamp);
                break;
            case TimerChange.SetProcessing:
                _processingTimers.Set(key, timestamp);
                break;
            case TimerChange.DeleteProcessing:
                _processingTimers.Delete(key, timestamp);
                break;
        }
    }

    /// <summary>Handles the next portion of due work, at least one record or timer.</summary>
    private void GoOn()
    {
        IsBehind = true;
        for (var left = EventsAtOnce; left > 0; left--)
        {
            if (!TryDoNext())
            {
                Now = Math.Max(Now, _until);
                if (_endsThen) BeginEnd();
                else IsBehind = false;
                if (!IsBehind) break;
            }

            if (_step.IsWaitedFor || _step.EndsTurn()) break;
        }

        _times.Advance(Reached);
        advance(Reached);
    }

    private void BeginEnd()
    {
        (_endsThen, _isEnding, _until, _fireUntil) = (false, true, long.MaxValue, long.MaxValue);
        _droppedTimers.Add(_processingTimers.Clear());
    }

    private static long Before(long time) => time == long.MinValue ? time : time - 1;

    /// <summary>Handles the next record or timer in time; at the same moment records come before timers.</summary>
    private bool TryDoNext()
    {
        var time = 0L;
        var hasRecord = _waiting is not null && _waiting.TryPeek(out time) && time <= Math.Max(_until, _quiet);
        if (TryFire(hasRecord ? time - 1 : _fireUntil)) return true;
        if (!hasRecord) return false;
        Now = Math.Max(Now, time);
        _waiting!.Take(out var next);
        Handle(next.Key, new Record<T>(next.Value, next.Time, next.Origin));
        return true;
    }

    private bool TryFire(long until)
    {
        if (!_timers.TryTakeDue(until, out var key, out var timestamp)) return false;
        Now = Math.Max(Now, timestamp);
        Fire(key, timestamp, isProcessing: false);
        return true;
    }

    private void Handle(TKey key, in Record<T> record)
    {
        _context.Begin(key, Math.Max(record.Timestamp, NowOf(key)), record.Timestamp, record.Origin);
        try
        {
            process.OnRecord(in record, _context);
        }
        catch (Exception error) when (!_context.IsEmitting)
        {
            _context.Undo();
            reject(error, record.Origin);
            return;
        }

        _newest = Math.Max(_newest, record.Timestamp);
        _context.End();
    }

    private void Fire(TKey key, long timestamp, bool isProcessing)
    {
        var time = isProcessing ? Math.Max(_newest, NowOf(key)) : NowOf(key); // not late for what follows, though the timer may have been
        _context.Begin(key, time, time, default);
        try
        {
            if (isProcessing) process.OnProcessingTimer(timestamp, _context);
            else process.OnTimer(timestamp, _context);
        }
        catch (Exception error) when (!_context.IsEmitting)
        {
            _context.Undo();
            rejectTimer(error, $"{(isProcessing ? "processing timer" : "timer")} of {TimeRange.TextOf(timestamp)}");
            return;
        }

        _context.End();
    }
}
