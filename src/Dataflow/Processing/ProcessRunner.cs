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
        _context = new RunningContext(this);
        _watermark = _newest = step.SavedWatermark();
    }

    public void Close() => _processingTimers?.Dispose();

    public void Capture(TaskCheckpoint checkpoint) => checkpoint.SaveWatermark(_step.Name, _watermark);

    /// <summary>Handles a record; returns what the user's code failed with.</summary>
    public Exception? TryProcess(in Record<Keyed<TKey, T>> record)
    {
        _newest = Math.Max(_newest, record.Timestamp);
        _states.Scope.Begin(record.Value.Key, Math.Max(record.Timestamp, _watermark));
        _context.Begin(record.Timestamp, record.Origin);
        try
        {
            process.OnRecord(record.With(record.Value.Value), _context);
        }
        catch (Exception error) when (!_context.IsEmitting)
        {
            _states.Scope.End();
            return error;
        }

        _context.End();
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
        return fired > 0;
    }

    public void EndOfBatch()
    {
        foreach (var state in _states.Expiring) state.Sweep(_watermark);
    }

    private void FireUpTo(long watermark)
    {
        _watermark = Math.Max(_watermark, watermark);
        while (_timers.TryTakeDue(_watermark, out var key, out var timestamp)) Fire(key, timestamp, isProcessing: false);
    }

    private void Fire(TKey key, long timestamp, bool isProcessing)
    {
        var time = isProcessing ? Math.Max(_newest, _watermark) : timestamp;
        _states.Scope.Begin(key, time);
        _context.Begin(time, default);
        try
        {
            if (isProcessing) process.OnProcessingTimer(timestamp, _context);
            else process.OnTimer(timestamp, _context);
        }
        catch (Exception error) when (!_context.IsEmitting)
        {
            _states.Scope.End();
            reject(error);
            return;
        }

        _context.End();
    }

    private sealed class RunningContext(ProcessRunner<TKey, T, TOut> runner) : ProcessContext<TKey, TOut>
    {
        private long _timestamp;
        private RecordOrigin _origin;
        private bool _clears;

        /// <summary>Whether a later step runs, or has failed: that is not this step's failure.</summary>
        public bool IsEmitting { get; private set; }

        public override TKey Key => runner._states.Scope.Key;

        public override long Watermark => runner._watermark;

        public override long ProcessingTime => runner._processingTimers.Now;

        public void Begin(long timestamp, RecordOrigin origin)
            => (_timestamp, _origin, _clears, IsEmitting) = (timestamp, origin, false, false);

        public void End()
        {
            if (_clears) runner._states.ClearAll();
            runner._states.Scope.End();
        }

        public override void Emit(TOut value)
        {
            IsEmitting = true;
            runner._emit(new(new(Key, value), _timestamp, _origin));
            IsEmitting = false;
        }

        public override void Emit<TSide>(Output<TSide> output, TSide value)
        {
            ArgumentNullException.ThrowIfNull(output);
            IsEmitting = true;
            runner.Sides.Emit(output, new(new(Key, value), _timestamp, _origin));
            IsEmitting = false;
        }

        public override void SetTimer(long timestamp)
        {
            if (!runner._timers.Set(Key, timestamp)) runner.DroppedTimers++;
        }

        public override void DeleteTimer(long timestamp) => runner._timers.Delete(Key, timestamp);

        public override void SetProcessingTimer(long timestamp)
        {
            if (runner._watermark == long.MaxValue) runner.DroppedTimers++;
            else runner._processingTimers.Set(Key, timestamp);
        }

        public override void DeleteProcessingTimer(long timestamp) => runner._processingTimers.Delete(Key, timestamp);

        public override void ClearState() => _clears = true;
    }
}
