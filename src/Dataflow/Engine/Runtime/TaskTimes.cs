namespace Dataflow.Runtime;

/// <summary>Measures a task's use of time: the clock is read around its steps, never for a record.</summary>
internal sealed class TaskTimes(TimeProvider time)
{
    private readonly Recent<Spent> _recent = new(time, default);
    private Spent _spent;
    private long _last = time.GetTimestamp();
    private Waiting _waiting;
    private long _began; // 0: no step is running
    private long _cost; // of the records since it was last taken

    /// <summary>The reason why a task cannot do more.</summary>
    public enum Waiting
    {
        /// <summary>No records are available, or other tasks of its worker run.</summary>
        ForInput,

        /// <summary>The tasks behind it have not taken its output.</summary>
        ForOutput,

        /// <summary>The steps have their largest number of calls in flight: that counts as being busy.</summary>
        ForCalls,
    }

    /// <summary>The time since the current step began. Safe for any thread.</summary>
    public TimeSpan AtHandFor => Volatile.Read(ref _began) is var began and not 0 ? time.GetElapsedTime(began) : TimeSpan.Zero;

    /// <summary>Begins a step: the time since the last one was spent waiting.</summary>
    public void Begin()
    {
        var waited = Add(_waiting);
        if (_waiting == Waiting.ForOutput) _cost += waited;
        Volatile.Write(ref _began, _last);
    }

    /// <summary>Ends a step.</summary>
    /// <param name="hasWorked">Whether it had something to do.</param>
    /// <param name="waiting">The reason for waiting until the next step.</param>
    public void End(bool hasWorked, Waiting waiting)
    {
        var passed = Add(hasWorked ? Waiting.ForCalls : waiting);
        if (hasWorked) _cost += passed;
        _waiting = waiting;
        Volatile.Write(ref _began, 0);
        if (_recent.IsDue) _recent.Take(_spent);
    }

    /// <summary>Takes the time that was spent on records, or on waiting for the tasks behind to take the results.</summary>
    public TimeSpan TakeCost()
    {
        var cost = time.GetElapsedTime(0, _cost);
        _cost = 0;
        return cost;
    }

    public StageStatus ToStatus(string name, int worker, IReadOnlyList<string> steps)
    {
        var (before, age) = _recent.Before;
        var spent = _spent;
        return new(
            name, worker, steps, time.GetElapsedTime(0, spent.Busy), time.GetElapsedTime(0, spent.Backpressured),
            time.GetElapsedTime(0, spent.Idle))
        {
            Busy = Share(spent.Busy - before.Busy, age),
            Backpressured = Share(spent.Backpressured - before.Backpressured, age),
            AtHandFor = AtHandFor,
        };
    }

    private double Share(long ticks, TimeSpan of)
        => of <= TimeSpan.Zero ? 0 : Math.Clamp(time.GetElapsedTime(0, ticks) / of, 0, 1);

    private long Add(Waiting waiting)
    {
        var now = time.GetTimestamp();
        var passed = now - _last;
        _last = now;
        if (waiting == Waiting.ForInput) _spent.Idle += passed;
        else if (waiting == Waiting.ForOutput) _spent.Backpressured += passed;
        else _spent.Busy += passed;
        return passed;
    }

    private record struct Spent(long Busy, long Backpressured, long Idle);
}
