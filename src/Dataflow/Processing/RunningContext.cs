namespace Dataflow.Processing;

/// <summary>The context for the user's code of a <c>Process</c> step: one object for all records and timers.</summary>
/// <param name="runner">The running step.</param>
/// <param name="isWhole">Whether effects are held until the code has returned, so that a record is processed whole or not at all.</param>
internal sealed class RunningContext<TKey, T, TOut>(ProcessRunner<TKey, T, TOut> runner, bool isWhole) : ProcessContext<TKey, TOut>
    where TKey : notnull
{
    // Of the current record or timer, where its effects are held until the user's code has returned.
    private readonly List<TOut> _emitted = [];
    private readonly List<(TimerChange Change, long Timestamp)> _timers = [];
    private readonly HeldOutputs<TKey> _sides = new();
    private long _timestamp;
    private RecordOrigin _origin;
    private bool _clears;

    /// <summary>Whether a later step runs, or has failed: that is not this step's failure.</summary>
    public bool IsEmitting { get; private set; }

    public override TKey Key => runner.States.Scope.Key;

    public override long Watermark => runner.NowOf(Key);

    public override long ProcessingTime => runner.ProcessingTime;

    public void Begin(TKey key, long now, long timestamp, RecordOrigin origin)
    {
        runner.States.Scope.Begin(key, now);
        runner.States.Undo.Begin();
        (_timestamp, _origin, _clears, IsEmitting) = (timestamp, origin, false, false);
    }

    public void End()
    {
        runner.States.Undo.Commit();
        if (_clears) runner.States.ClearAll();
        if (isWhole) Release();
        runner.States.Scope.End();
    }

    /// <summary>Restores the state of <see cref="Begin"/>.</summary>
    public void Undo()
    {
        runner.States.Undo.Undo();
        _emitted.Clear();
        _timers.Clear();
        _sides.Drop();
        runner.States.Scope.End();
    }

    public override void Emit(TOut value)
    {
        if (isWhole) _emitted.Add(value);
        else EmitNow(value);
    }

    public override void Emit<TSide>(Output<TSide> output, TSide value)
    {
        if (runner.Sides.Find(output) is not { } side) return;
        var record = new Record<Keyed<TKey, TSide>>(new(Key, value), _timestamp, _origin);
        if (isWhole)
        {
            _sides.Hold(side, in record);
            return;
        }

        IsEmitting = true;
        side.Emit(in record);
        IsEmitting = false;
    }

    public override void SetTimer(long timestamp) => Change(TimerChange.Set, timestamp);

    public override void DeleteTimer(long timestamp) => Change(TimerChange.Delete, timestamp);

    public override void SetProcessingTimer(long timestamp) => Change(TimerChange.SetProcessing, timestamp);

    public override void DeleteProcessingTimer(long timestamp) => Change(TimerChange.DeleteProcessing, timestamp);

    public override void ClearState() => _clears = true;

    private void EmitNow(TOut value)
    {
        IsEmitting = true;
        runner.EmitNext(new(new(Key, value), _timestamp, _origin));
        IsEmitting = false;
    }

    private void Change(TimerChange change, long timestamp)
    {
        if (isWhole) _timers.Add((change, timestamp));
        else runner.Change(change, Key, timestamp);
    }

    private void Release()
    {
        foreach (var (change, timestamp) in _timers) runner.Change(change, Key, timestamp);
        _timers.Clear();
        foreach (var value in _emitted) EmitNow(value);
        _emitted.Clear();
        _sides.Release();
    }
}
