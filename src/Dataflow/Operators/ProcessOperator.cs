using Dataflow.Runtime;
using Dataflow.State;
using Dataflow.Time;

namespace Dataflow;

internal sealed class ProcessOperator<TKey, T, TState, TOut>(KeyedProcess<TKey, T, TState, TOut> process)
    : Operator<Keyed<TKey, T>, Keyed<TKey, TOut>>
    where TKey : notnull
{
    private KeyedState<TKey, TState> _state = null!;
    private Timers<TKey> _timers = null!;
    private RunningContext _context = null!;
    private long _watermark = long.MinValue;

    public override void Process(in Record<Keyed<TKey, T>> record)
    {
        _context.Begin(record.Value.Key, record.Timestamp, record.Origin);
        ref var state = ref _state.Update(record.Value.Key, out _);
        try
        {
            process.OnRecord(record.With(record.Value.Value), ref state, _context);
        }
        catch (Exception error) when (!_context.IsEmitting)
        {
            Reject(error, in record);
            return;
        }

        _context.End();
    }

    public override void Advance(long watermark)
    {
        _watermark = Math.Max(_watermark, watermark);
        while (_timers.TryTakeDue(_watermark, out var key, out var timestamp)) Fire(key, timestamp);
        base.Advance(watermark);
    }

    internal override void Capture(TaskCheckpoint checkpoint) => checkpoint.SaveWatermark(Context.Name, _watermark);

    protected override void Open()
    {
        _state = Context.OpenState<TKey, TState>("state");
        _timers = new Timers<TKey>(Context.OpenTables<KeyPart<TKey>, bool>("timers", new KeyPartCodec<TKey>()).Main);
        _context = new RunningContext(this);
        _watermark = Context.SavedWatermark();
    }

    private void Fire(TKey key, long timestamp)
    {
        _context.Begin(key, timestamp, default);
        ref var state = ref _state.Update(key, out var exists);
        try
        {
            process.OnTimer(timestamp, ref state, _context);
        }
        catch (Exception error) when (!_context.IsEmitting)
        {
            Reject(error);
            return;
        }

        // A timer that outlived its key's state must not bring the key back.
        if (!exists && EqualityComparer<TState>.Default.Equals(state, default)) _context.ClearState();
        _context.End();
    }

    private sealed class RunningContext(ProcessOperator<TKey, T, TState, TOut> step) : ProcessContext<TKey, TOut>
    {
        private TKey _key = default!;
        private long _timestamp;
        private RecordOrigin _origin;
        private bool _clears;

        /// <summary>Whether a later step runs, or has failed: that is not this step's failure.</summary>
        public bool IsEmitting { get; private set; }

        public override TKey Key => _key;

        public override long Watermark => step._watermark;

        public void Begin(TKey key, long timestamp, RecordOrigin origin)
            => (_key, _timestamp, _origin, _clears, IsEmitting) = (key, timestamp, origin, false, false);

        public void End()
        {
            if (_clears) step._state.Remove(_key);
        }

        public override void Emit(TOut value)
        {
            IsEmitting = true;
            step.Emit(new Record<Keyed<TKey, TOut>>(new(_key, value), _timestamp, _origin));
            IsEmitting = false;
        }

        public override void SetTimer(long timestamp) => step._timers.Set(_key, timestamp);

        public override void ClearState() => _clears = true;
    }
}
