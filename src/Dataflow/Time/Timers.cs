using Dataflow.State;

namespace Dataflow.Time;

/// <summary>Timers by key and time: kept in state, and in a heap by time that is rebuilt from it.</summary>
/// <remarks>What was deleted stays in the heap until its time comes, or until it makes up the greater part of it.</remarks>
internal sealed class Timers<TKey>(KeyedState<KeyPart<TKey>, bool> state)
    where TKey : notnull
{
    private const int LeastToRebuild = 64;

    private readonly PriorityQueue<TKey, (long Timestamp, long Order)> _queue = new();
    private long _order; // timers of one moment fire in the order of their setting
    private bool _isAtEnd;
    private bool _firesLast;

    /// <summary>The time of the next timer, or an earlier one whose timer was deleted; null: there is none.</summary>
    public long? Next
    {
        get
        {
                return _queue.TryPeek(out _, out var next) ? next.Timestamp : null;
        }
    }

    /// <summary>Declares timers of a step, under a name.</summary>
    public static Timers<TKey> In(StepDeclaration declare, string name)
        => new(declare.Tables<KeyPart<TKey>, bool>(name, new KeyPartCodec<TKey>()).Main);

    /// <summary>Begins with the timers of the last checkpoint.</summary>
    public void Open() => state.ForEach(this, static (self, timer, ref _) => self.Enqueue(timer.Key, timer.Part));

    /// <summary>Sets a timer; false if it is not to fire any more.</summary>
    public bool Set(TKey key, long timestamp)
    {
        if (_firesLast) return false;
        ref var maySetOthers = ref state.Update(new(key, timestamp), out var exists);
        if (exists) return true;
        maySetOthers = !_isAtEnd;
        Enqueue(key, timestamp);
        return true;
    }

    public void Delete(TKey key, long timestamp)
    {
        if (state.Remove(new(key, timestamp)) && _queue.Count > Math.Max(LeastToRebuild, 2 * state.Count)) Rebuild();
    }

    public bool TryTakeDue(long now, out TKey key, out long timestamp)
    {
        while (_queue.TryPeek(out key!, out var next) && next.Timestamp <= now)
        {
            _queue.Dequeue();
            timestamp = next.Timestamp;
            var timer = new KeyPart<TKey>(key, timestamp);
            _firesLast = _isAtEnd && state.TryGet(timer, out var maySetOthers) && !maySetOthers;
            if (state.Remove(timer)) return true;
        }

        timestamp = 0;
        _firesLast = false;
        return false;
    }

    /// <summary>Time is at its end: timers set from now on fire too, but can set no others.</summary>
    public void LetSetOnceMore() => _isAtEnd = true;

    /// <summary>Drops all timers and says how many there were.</summary>
    public int Clear()
    {
        var count = state.Count;
        while (_queue.TryDequeue(out var key, out var time)) state.Remove(new(key, time.Timestamp));
        return count;
    }

    private void Rebuild()
    {
        var timers = _queue.UnorderedItems.Where(timer => state.TryGet(new(timer.Element, timer.Priority.Timestamp), out _))
            .DistinctBy(timer => (timer.Element, timer.Priority.Timestamp)).ToList();
        _queue.Clear();
        _queue.EnqueueRange(timers);
    }

    private void Enqueue(TKey key, long timestamp) => _queue.Enqueue(key, (timestamp, _order++));
}
