namespace Dataflow.Time;

/// <summary>Timers by the clock, which wake the worker when the next of them is due.</summary>
internal sealed class ProcessingTimers<TKey>(Timers<TKey> timers, OperatorContext step) : IDisposable
    where TKey : notnull
{
    private const long MostMilliseconds = uint.MaxValue - 1; // that a timer takes

    private ITimer? _alarm;
    private long _alarmAt = long.MaxValue;
    private volatile bool _hasRung; // perhaps early: its clock is coarser

    public long Now => step.Time.GetUtcNow().ToUnixTimeMilliseconds();

    public void Set(TKey key, long timestamp)
    {
        timers.Set(key, timestamp);
        SetAlarm();
    }

    public void Delete(TKey key, long timestamp) => timers.Delete(key, timestamp);

    public bool TryTakeDue(out TKey key, out long timestamp)
    {
        if (timers.Next is not { } next) // the clock is looked at only where there are timers
        {
            (key, timestamp) = (default!, 0);
            return false;
        }

        if (timers.TryTakeDue(Now, out key, out timestamp)) return true;
        if (next != _alarmAt || _hasRung) SetAlarm();
        return false;
    }

    /// <summary>Drops all timers and says how many there were.</summary>
    public int Clear() => timers.Clear();

    public void Dispose() => _alarm?.Dispose();

    private void SetAlarm()
    {
        if (timers.Next is not { } next || (next == _alarmAt && !_hasRung)) return;
        (_alarmAt, _hasRung) = (next, false);
        _alarm ??= step.Time.CreateTimer(static timers => ((ProcessingTimers<TKey>)timers!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _alarm.Change(TimeSpan.FromMilliseconds(Math.Clamp(next - Now, 0, MostMilliseconds)), Timeout.InfiniteTimeSpan);
    }

    private void Ring()
    {
        _hasRung = true;
        step.Wake();
    }
}
