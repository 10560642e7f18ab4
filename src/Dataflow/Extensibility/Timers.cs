using Dataflow.Time;

namespace Dataflow.Extensibility;

/// <summary>Timers of a step by key and event time. They are part of every checkpoint and restored after a restart.</summary>
/// <remarks>Made by <see cref="StepDeclaration.Timers"/>. A step takes due timers in its <c>Advance</c>. A key has at most one timer for
/// each time.</remarks>
public sealed class Timers<TKey> : ITimers
    where TKey : notnull
{
    private const int MinToRebuild = 64;

    // A deleted timer stays in the heap until its time comes, or until deleted ones make up the greater part of it.
    private readonly PriorityQueue<TKey, (long Timestamp, long Order)> _queue = new();
    private readonly KeyedState<KeyPart<TKey>, bool> _state;
    private long _order; // timers of one moment fire in the order in which they were set
    private bool _isAtEnd;
    private bool _firesLast;

    internal Timers(KeyedState<KeyPart<TKey>, bool> state) => _state = state;

    /// <summary>The time of the next timer, or an earlier one whose timer was deleted; null: there is none.</summary>
    public long? Next => _queue.TryPeek(out _, out var next) ? next.Timestamp : null;

    /// <summary>The number of timers that are set.</summary>
    public int Count => _state.Count;

    int ITimers.CountByEventTime => Count;

    void ITimers.Open(OperatorContext step) => Open();

    void ITimers.Close()
    {
    }

    /// <summary>Sets a timer; setting it twice changes nothing.</summary>
    /// <param name="key">The key of the current record, or of the timer that fired.</param>
    /// <param name="timestamp">The due time, ms since the Unix epoch.</param>
    /// <returns>False if it will not fire: the input has ended, and the current timer was itself set after that. So timers that set their
    /// successor come to an end.</returns>
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
    /// <param name="watermark">The current watermark; <see cref="long.MaxValue"/>: the input has ended and all timers are due.</param>
    /// <param name="key">The timer's key.</param>
    /// <param name="timestamp">The time for which it was set, ms since the Unix epoch.</param>
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

    /// <summary>Loads the timers of the last checkpoint.</summary>
    internal void Open() => _state.ForEach(this, static (self, timer, in _) => self.Enqueue(timer.Key, timer.Part));

    /// <summary>Removes all timers and returns their number.</summary>
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
