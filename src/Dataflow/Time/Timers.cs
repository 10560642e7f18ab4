using Dataflow.State;

namespace Dataflow.Time;

/// <summary>Timers by key and event time: kept in state, and in a heap by time that is rebuilt from it.</summary>
internal sealed class Timers<TKey>(KeyedState<KeyPart<TKey>, bool> state)
    where TKey : notnull
{
    private readonly PriorityQueue<TKey, (long Timestamp, long Order)> _queue = new();
    private long _order; // timers of one moment fire in the order of their setting
    private bool _isBuilt;

    public void Set(TKey key, long timestamp)
    {
        Build();
        state.Update(new(key, timestamp), out var exists) = true;
        if (!exists) Enqueue(key, timestamp);
    }

    public bool TryTakeDue(long watermark, out TKey key, out long timestamp)
    {
        Build();
        if (!_queue.TryPeek(out key!, out var next) || next.Timestamp > watermark)
        {
            timestamp = 0;
            return false;
        }

        _queue.Dequeue();
        timestamp = next.Timestamp;
        state.Remove(new(key, timestamp));
        return true;
    }

    /// <summary>Fills the heap at the first use, when the state is restored.</summary>
    private void Build()
    {
        if (_isBuilt) return;
        _isBuilt = true;
        state.ForEach(this, static (self, timer, ref _) => self.Enqueue(timer.Key, timer.Part));
    }

    private void Enqueue(TKey key, long timestamp) => _queue.Enqueue(key, (timestamp, _order++));
}
