using Microsoft.ML.OnnxRuntime;

namespace Dataflow.Onnx.Inference;

/// <summary>Ends a call that takes too long. Used again by later calls, unless it had to end one.</summary>
internal sealed class CallLimit : IDisposable
{
    private const int Idle = 0, Running = 1, Ended = 2;

    private readonly TimeSpan? _timeout;
    private readonly TimeProvider _time;
    private readonly ITimer? _timer;
    private long _since;
    private int _state;

    public CallLimit(TimeSpan? timeout, TimeProvider time)
    {
        (_timeout, _time) = (timeout, time);
        if (timeout is not null) _timer = time.CreateTimer(static limit => ((CallLimit)limit!).End(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public RunOptions Options { get; } = new();

    public void Begin()
    {
        Volatile.Write(ref _since, _time.GetTimestamp());
        Volatile.Write(ref _state, Running);
        _timer?.Change(_timeout!.Value, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether the call ended by itself, so that this may serve another.</summary>
    public bool TryFinish()
    {
        _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        return Interlocked.CompareExchange(ref _state, Idle, Running) == Running;
    }

    public void Dispose()
    {
        _timer?.Dispose();
        Options.Dispose();
    }

    private void End()
    {
        // The timer's clock is coarser than this one, so that it may come early; it may also be that of an earlier call.
        var rest = _timeout!.Value - _time.GetElapsedTime(Volatile.Read(ref _since));
        if (rest > TimeSpan.Zero)
        {
            _timer!.Change(TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
            return;
        }

        if (Interlocked.CompareExchange(ref _state, Ended, Running) == Running) Options.Terminate = true;
    }
}
