using Dataflow.Time;

namespace Dataflow.Extensibility;

/// <summary>Timers of a step, by key and event time. They are part of every checkpoint and there again after a restart.</summary>
/// <remarks>Made by <see cref="StepDeclaration.Timers"/>. A step takes those that are due in its <c>Advance</c>. A key has at most one
/// timer of a time.</remarks>
public sealed class Timers<TKey> : ITimers
    where TKey : notnull
{
    private const int MinToRebuild = 64;

    // What was deleted stays in the heap until its time comes, or until it makes up the greater part of it.
    private readonly PriorityQueue<TKey, (long Timestamp, long Order)> _queue = new();
    private readonly KeyedState<KeyPart<TKey>, bool> _state;
    private long _order; // timers of one moment fire in the order of their setting
    private bool _isAtEnd;
    private bool _firesLast;

    internal Timers(KeyedState<KeyPart<TKey>, bool> state) => _state = state;

    /// <summary>The time of the next timer, or an earlier one whose timer was deleted; null: there is none.</summary>
    public long? Next => _queue.TryPeek(out _, out var next) ? next.Timestamp : null;

    /// <summary>How many timers are set.</summary>
    public int Count => _state.Count;

    void ITimers.Open(OperatorContext step) => Open();

    void ITimers.Close()
    {
    }

    /// <summary>Sets a timer; setting it twice changes nothing.</summary>
    /// <param name="key">The key of the record at hand, or of the timer that fired.</param>
    /// <param name="timestamp">When it is due, ms since the Unix epoch.</param>
    /// <returns>False if it will not fire: the input has ended, and the timer at hand was itself set after that. So a timer that
    /// sets the next one comes to an end.</returns>
    public bool Set(TKey key, long timestamp)
    {
        if (_firesLast) return false;
        ref var maySetOthers = ref _state.Update(new(key, timestamp), out var exists);
        if (exists) return true;
        maySetOthers = !_isAtEnd;
        Enqueue(key, timestamp);
        return true;
    }

    /// <summary>Deletes a timer, if it is set.</summary>
    public void Delete(TKey key, long timestamp)
    {
        if (_state.Remove(new(key, timestamp)) && _queue.Count > Math.Max(MinToRebuild, 2 * _state.Count)) Rebuild();
    }

    /// <summary>Takes the next timer whose time is not after <paramref name="watermark"/>; false if there is none.</summary>
    /// <param name="watermark">How far event time has come; <see cref="long.MaxValue"/>: the input has ended, all timers are due.</param>
    /// <param name="key">The timer's key.</param>
    /// <param name="timestamp">When it was due.</param>
    public bool TryTakeDue(long watermark, out TKey key, out long timestamp)
    {
        _isAtEnd |= watermark == long.MaxValue;
        while (_queue.TryPeek(out key!, out var next) && next.Timestamp <= watermark)
        {
            _queue.Dequeue();
            timestamp = next.Timestamp;
            var timer = new KeyPart<TKey>(key, timestamp);
            _firesLast = _isAtEnd && _state.TryGet(timer, out var maySetOthers) && !maySetOthers;
            if (_state.Remove(timer)) return true;
        }

        timestamp = 0;
        _firesLast = false;
        return false;
    }

    /// <summary>Begins with the timers of the last checkpoint.</summary>
    internal void Open() => _state.ForEach(this, static (self, timer, ref _) => self.Enqueue(timer.Key, timer.Part));

    /// <summary>Drops all timers and says how many there were.</summary>
    internal int Clear()
    {
        var count = _state.Count;
        while (_queue.TryDequeue(out var key, out var time)) _state.Remove(new(key, time.Timestamp));
        return count;
    }

    private void Rebuild()
    {
        var timers = _queue.UnorderedItems.Where(timer => _state.TryGet(new(timer.Element, timer.Priority.Timestamp), out _))
            .DistinctBy(timer => (timer.Element, timer.Priority.Timestamp)).ToList();
        _queue.Clear();
        _queue.EnqueueRange(timers);
    }

    private void Enqueue(TKey key, long timestamp) => _queue.Enqueue(key, (timestamp, _order++));
}
