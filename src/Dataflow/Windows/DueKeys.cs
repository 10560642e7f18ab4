namespace Dataflow.Windows;

/// <summary>A queue of keys, ordered by the time when their windows are to be looked at.</summary>
/// <remarks>Not a timer for each record: a key is queued about once, and again after a look if it still has windows. Nothing of it is in a
/// checkpoint, since the windows say when they are due.</remarks>
internal sealed class DueKeys<TKey>
    where TKey : notnull
{
    private readonly PriorityQueue<TKey, long> _queue = new();

    public void Add(TKey key, long due) => _queue.Enqueue(key, due);

    /// <summary>Replaces the queue by the keys of all given windows.</summary>
    public void Refill<TAccumulator>(KeyedState<TKey, OpenWindow<TAccumulator>> windows)
    {
        _queue.Clear();
        windows.ForEach(this, static (self, key, in window) => self.Add(key, window.Due));
    }

    /// <summary>Takes the first key that was due before the watermark; any key if the input has ended.</summary>
    public bool TryTake(long watermark, out TKey key, out long due)
    {
        if (!_queue.TryPeek(out key!, out due) || (due >= watermark && watermark != long.MaxValue)) return false;
        _queue.Dequeue();
        return true;
    }
}
