using System.Diagnostics.CodeAnalysis;
using Dataflow.Runtime;
using Dataflow.State;
using Dataflow.Time;

namespace Dataflow.Processing;

/// <summary>Runs the user's code of a <c>Process</c> step: its states, its timers and its outputs.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Steps end with Close.")]
internal sealed class ProcessRunner<TKey, T, TOut>(
    KeyedProcess<TKey, T, TOut> process, ProcessRunner<TKey, T, TOut>.Emission emit, Action<Exception> reject)
    where TKey : notnull
{
    private const int TimersAtOnce = 1024;

    private readonly Emission _emit = emit;
    private OperatorContext _step = null!;
    private ProcessStates<TKey, T> _states = null!;
    private Timers<TKey> _timers = null!;
    private ProcessingTimers<TKey> _processingTimers = null!;
    private RunningContext _context = null!;
    private long _watermark = long.MinValue;
    private long _newest = long.MinValue;

    public delegate void Emission(in Record<Keyed<TKey, TOut>> record);

    public SideOutputs<TKey> Sides { get; } = new();

    public long Expired => _states.Expiring.Sum(static state => state.Expired);

    public long DroppedTimers { get; private set; }

    public void Open(OperatorContext step)
    {
        _step = step;
        _states = new ProcessStates<TKey, T>(step);
        process.Open(_states);
        _timers = new(step.OpenTables<KeyPart<TKey>, bool>("timers", new KeyPartCodec<TKey>()).Main);
        _processingTimers = new(new(step.OpenTables<KeyPart<TKey>, bool>("processing-timers", new KeyPartCodec<TKey>()).Main), step);
        _context = new RunningContext(this, step.KeepsRejected);
        _watermark = _newest = step.SavedWatermark();
    }

    public void Close() => _processingTimers?.Dispose();

    public void Capture(TaskCheckpoint checkpoint) => checkpoint.SaveWatermark(_step.Name, _watermark);

    /// <summary>Handles a record; returns what the user's code failed with.</summary>
    public Exception? TryProcess(in Record<Keyed<TKey, T>> record)
    {
        _context.Begin(record.Value.Key, Math.Max(record.Timestamp, _watermark), record.Timestamp, record.Origin);
        try
        {
            process.OnRecord(record.With(record.Value.Value), _context);
        }
        catch (Exception error) when (!_context.IsEmitting)
        {
            _context.Undo();
            return error;
        }

        _newest = Math.Max(_newest, record.Timestamp);
        _context.End();
        return null;
    }

    /// <summary>Runs code that changes broadcast state; returns what it failed with, after which nothing has changed.</summary>
    public Exception? TryBroadcast<TBroadcast>(BroadcastProcess<TKey, T, TBroadcast, TOut> process, in Record<TBroadcast> record)
    {
        _states.Undo.Begin();
        try
        {
            process.OnBroadcast(in record);
        }
        catch (Exception error)
        {
            _states.Undo.Undo();
            return error;
        }

        _states.Undo.Commit();
        return null;
    }

    public void Advance(long watermark)
    {
        if (watermark == long.MaxValue)
        {
            // First as if time went to the newest record: how far it had come by itself depends on chance.
            FireUpTo(_step.NewestAtEnd);
            DroppedTimers += _processingTimers.Clear();
            _timers.LetSetOnceMore();
        }

        FireUpTo(watermark);
        Sides.Advance(watermark);
    }

    public bool Poll()
    {
        var fired = 0;
        for (; fired < TimersAtOnce && _processingTimers.TryTakeDue(out var key, out var timestamp); fired++)
            Fire(key, timestamp, isProcessing: true);
        return fired > 0 | Sweep();
    }

    private bool Sweep()
    {
        var any = false;
        foreach (var state in _states.Expiring) any |= state.Sweep(_watermark);
        return any;
    }

    private void Change(TimerChange change, TKey key, long timestamp)
    {
        switch (change)
        {
            case TimerChange.Set when !_timers.Set(key, timestamp):
            case TimerChange.SetProcessing when _watermark == long.MaxValue:
                DroppedTimers++;
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

    private void FireUpTo(long watermark)
    {
        _watermark = Math.Max(_watermark, watermark);
        while (_timers.TryTakeDue(_watermark, out var key, out var timestamp)) Fire(key, timestamp, isProcessing: false);
    }

    private void Fire(TKey key, long timestamp, bool isProcessing)
    {
        var time = isProcessing ? Math.Max(_newest, _watermark) : timestamp;
        _context.Begin(key, time, time, default);
        try
        {
            if (isProcessing) process.OnProcessingTimer(timestamp, _context);
            else process.OnTimer(timestamp, _context);
        }
        catch (Exception error) when (!_context.IsEmitting)
        {
            _context.Undo();
            reject(error);
            return;
        }

        _context.End();
    }

    private sealed class RunningContext(ProcessRunner<TKey, T, TOut> runner, bool isWhole) : ProcessContext<TKey, TOut>
    {
        // Of the record or timer at hand, where its effects come only when the user's code has returned.
        private readonly List<TOut> _emitted = [];
        private readonly List<(TimerChange Change, long Timestamp)> _timers = [];
        private long _timestamp;
        private RecordOrigin _origin;
        private bool _clears;

        /// <summary>Whether a later step runs, or has failed: that is not this step's failure.</summary>
        public bool IsEmitting { get; private set; }

        public override TKey Key => runner._states.Scope.Key;

        public override long Watermark => runner._watermark;

        public override long ProcessingTime => runner._processingTimers.Now;

        public void Begin(TKey key, long now, long timestamp, RecordOrigin origin)
        {
            runner._states.Scope.Begin(key, now);
            runner._states.Undo.Begin();
            (_timestamp, _origin, _clears, IsEmitting) = (timestamp, origin, false, false);
        }

        public void End()
        {
            runner._states.Undo.Commit();
            if (_clears) runner._states.ClearAll();
            if (isWhole) Release();
            runner._states.Scope.End();
        }

        /// <summary>Leaves all as it was before <see cref="Begin"/>.</summary>
        public void Undo()
        {
            runner._states.Undo.Undo();
            _emitted.Clear();
            _timers.Clear();
            runner.Sides.DropHeld();
            runner._states.Scope.End();
        }

        public override void Emit(TOut value)
        {
            if (isWhole) _emitted.Add(value);
            else EmitNow(value);
        }

        public override void Emit<TSide>(Output<TSide> output, TSide value)
        {
            ArgumentNullException.ThrowIfNull(output);
            IsEmitting = !isWhole;
            runner.Sides.Emit(output, new(new(Key, value), _timestamp, _origin), isHeld: isWhole);
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
            runner._emit(new(new(Key, value), _timestamp, _origin));
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
            runner.Sides.Release();
        }
    }

    private enum TimerChange
    {
        Set,
        Delete,
        SetProcessing,
        DeleteProcessing,
    }
}
