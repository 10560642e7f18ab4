using Dataflow.Time;

namespace Dataflow.Extensibility;

/// <summary>Timers of a step by key and processing time, which is the job's clock. They are part of every checkpoint.</summary>
/// <remarks>Made by <see cref="StepDeclaration.ProcessingTimers"/>. A step takes due timers in its <see cref="Operator.Poll"/>; its worker
/// wakes for the next one. Timers that came due while no job ran fire at the next start. Timers that are not yet due when the input ends do
/// not fire.</remarks>
public sealed class ProcessingTimers<TKey> : ITimers
    where TKey : notnull
{
    private const long MaxMilliseconds = uint.MaxValue - 1; // the longest delay of a timer

    private readonly Timers<TKey> _timers;
    private OperatorContext _step = null!; // set by Open
    private ITimer? _alarm;
    private long _alarmAt = long.MaxValue;
    private volatile bool _hasRung; // possibly early: its clock is coarser

    internal ProcessingTimers(Timers<TKey> timers) => _timers = timers;

    /// <summary>The clock's time, ms since the Unix epoch.</summary>
    public long Now => _step.Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The number of timers that are set.</summary>
    public int Count => _timers.Count;

    int ITimers.CountByEventTime => 0;

    void ITimers.Open(OperatorContext step)
    {
        _step = step;
        _timers.Open();
    }

    void ITimers.Close() => _alarm?.Dispose();

    /// <summary>Sets a timer; setting it twice changes nothing.</summary>
    /// <param name="key">The key of the current record, or of the timer that fired.</param>
    /// <param name="timestamp">The due time, ms since the Unix epoch.</param>
    public void Set(TKey key, long timestamp)
    {
        _timers.Set(key, timestamp);
        SetAlarm();
    }

    /// <summary>Deletes a timer, if it is set.</summary>
    public void Delete(TKey key, long timestamp) => _timers.Delete(key, timestamp);

    /// <summary>Takes the next timer that is due; false if there is none.</summary>
    /// <param name="key">The timer's key.</param>
    /// <param name="timestamp">The time for which it was set, ms since the Unix epoch.</param>
    public bool TryTakeDue(out TKey key, out long timestamp)
    {
        if (_timers.Next is not { } next) // the clock is read only if there are timers
        {
            (key, timestamp) = (default!, 0);
            return false;
        }

        if (_timers.TryTakeDue(Now, out key, out timestamp)) return true;
        if (next != _alarmAt || _hasRung) SetAlarm();
        return false;
    }

    /// <summary>Removes all timers and returns their number.</summary>
    public int Clear() => _timers.Clear();

    private void SetAlarm()
    {
        if (_timers.Next is not { } next || (next == _alarmAt && !_hasRung)) return;
        (_alarmAt, _hasRung) = (next, false);
        _alarm ??= _step.Time.CreateTimer(
            static timers => ((ProcessingTimers<TKey>)timers!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _alarm.Change(TimeSpan.FromMilliseconds(Math.Clamp(next - Now, 0, MaxMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    private void Ring()
    {
        _hasRung = true;
        _step.Wake();
    }
}
