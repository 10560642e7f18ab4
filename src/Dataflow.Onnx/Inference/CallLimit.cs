using Microsoft.ML.OnnxRuntime;

namespace Dataflow.Onnx.Inference;

/// <summary>Ends a call that exceeds its timeout. Reused by later calls, unless it had to end one.</summary>
internal sealed class CallLimit : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeSpan? _timeout;
    private readonly TimeProvider _time;
    private readonly ITimer? _timer;
    private long _since;
    private bool _isRunning;

    public CallLimit(TimeSpan? timeout, TimeProvider time)
    {
        (_timeout, _time) = (timeout, time);
        if (timeout is not null)
            _timer = time.CreateTimer(static limit => ((CallLimit)limit!).End(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public RunOptions Options { get; } = new();

    public void Begin()
    {
        lock (_gate) (_since, _isRunning) = (_time.GetTimestamp(), true);
        _timer?.Change(_timeout!.Value, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether the call ended by itself, so that the limit can be reused.</summary>
    public bool TryFinish()
    {
        _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            var endedByItself = _isRunning;
            _isRunning = false;
            return endedByItself;
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        Options.Dispose();
    }

    private void End()
    {
        lock (_gate)
        {
            if (!_isRunning) return; // it may be the timer of an earlier call
            var rest = _timeout!.Value - _time.GetElapsedTime(_since);
            if (rest > TimeSpan.Zero)
            {
                // The timer's clock is coarser than this one, so that it may fire early.
                _timer!.Change(TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
                return;
            }

            _isRunning = false;
            Options.Terminate = true; // within the lock: the code that finds the call ended frees it
        }
    }
}
