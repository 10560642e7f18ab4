namespace Dataflow.Runtime;

/// <summary>How a task spends its time: the clock is read around its steps, never for a record.</summary>
internal sealed class TaskTimes(TimeProvider time)
{
    private readonly Recent<Spent> _recent = new(time, default);
    private Spent _spent;
    private long _last = time.GetTimestamp();
    private Waiting _waiting;

    /// <summary>What keeps a task from doing more.</summary>
    public enum Waiting
    {
        /// <summary>Nothing comes in, or other tasks of its worker run.</summary>
        ForInput,

        /// <summary>The tasks behind it have not taken what it sent them.</summary>
        ForOutput,

        /// <summary>Its steps have all the calls under way that they may have: that counts as being busy.</summary>
        ForCalls,
    }

    /// <summary>Begins a step: the time since the last one was spent waiting.</summary>
    public void Begin() => Add(_waiting);

    /// <summary>Ends a step.</summary>
    /// <param name="hasWorked">Whether it had something to do.</param>
    /// <param name="waiting">What the task waits for until the next step.</param>
    public void End(bool hasWorked, Waiting waiting)
    {
        Add(hasWorked ? Waiting.ForCalls : waiting);
        _waiting = waiting;
        if (_recent.IsDue) _recent.Take(_spent);
    }

    public StageStatus ToStatus(string name, int worker, IReadOnlyList<string> steps)
    {
        var (before, age) = _recent.Before;
        var spent = _spent;
        return new(name, worker, steps, time.GetElapsedTime(0, spent.Busy), time.GetElapsedTime(0, spent.Backpressured), time.GetElapsedTime(0, spent.Idle))
        {
            Busy = Share(spent.Busy - before.Busy, age),
            Backpressured = Share(spent.Backpressured - before.Backpressured, age),
        };
    }

    private double Share(long ticks, TimeSpan of)
        => of <= TimeSpan.Zero ? 0 : Math.Clamp(time.GetElapsedTime(0, ticks) / of, 0, 1);

    private void Add(Waiting waiting)
    {
        var now = time.GetTimestamp();
        var passed = now - _last;
        _last = now;
        if (waiting == Waiting.ForInput) _spent.Idle += passed;
        else if (waiting == Waiting.ForOutput) _spent.Backpressured += passed;
        else _spent.Busy += passed;
    }

    private record struct Spent(long Busy, long Backpressured, long Idle);
}
