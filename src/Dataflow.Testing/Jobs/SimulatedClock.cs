namespace Dataflow.Testing;

/// <summary>A clock that stands still until <see cref="Advance"/> moves it. Safe for any thread.</summary>
public sealed class SimulatedClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<SimulatedTimer> _timers = []; // the active ones
    private long _ticks = DateTimeOffset.UnixEpoch.AddYears(50).Ticks;
    private long _nextDue = long.MaxValue;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    /// <summary>Creates a timer that fires while <see cref="Advance"/> passes its moment, on the thread that calls it.</summary>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Advances the clock. Timers that become due fire in the order of their moments, each with the clock at its moment.</summary>
    public void Advance(TimeSpan by)
    {
        long until;
        lock (_gate) until = _ticks + by.Ticks;
        while (TakeDue(until) is { } timer) timer.Fire();
    }

    private SimulatedTimer? TakeDue(long until)
    {
        lock (_gate)
        {
            if (_nextDue > until)
            {
                _ticks = Math.Max(_ticks, until);
                return null;
            }

            var timer = _timers.MinBy(static timer => timer.Due)!;
            _ticks = Math.Max(_ticks, timer.Due);
            Set(timer, timer.Period > TimeSpan.Zero ? timer.Due + timer.Period.Ticks : long.MaxValue);
            return timer;
        }
    }

    private void Set(SimulatedTimer timer, long due)
    {
        if (timer.Due != long.MaxValue) _timers.Remove(timer);
        timer.Due = due;
        if (due != long.MaxValue) _timers.Add(timer);
        _nextDue = _timers.Count == 0 ? long.MaxValue : _timers.Min(static set => set.Due);
    }

    private sealed class SimulatedTimer(SimulatedClock clock, TimerCallback callback, object? state) : ITimer
    {
        private bool _isDisposed;

        /// <summary>The next moment at which it fires; <see cref="long.MaxValue"/>: none.</summary>
        public long Due { get; set; } = long.MaxValue;

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                if (_isDisposed) return false;
                Period = period;
                clock.Set(this, dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : clock._ticks + dueTime.Ticks);
                return true;
            }
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                _isDisposed = true;
                clock.Set(this, long.MaxValue);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
