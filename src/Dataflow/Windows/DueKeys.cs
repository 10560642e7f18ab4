namespace Dataflow.Windows;

/// <summary>Keys by the time when their windows are to be looked at.</summary>
/// <remarks>Not a timer for each record: a key is here about once, and noted again when it is looked at and lives on. Nothing of
/// it is in a checkpoint, since the windows say when they are due.</remarks>
internal sealed class DueKeys<TKey>
    where TKey : notnull
{
    private readonly PriorityQueue<TKey, long> _queue = new();

    public void Add(TKey key, long due) => _queue.Enqueue(key, due);

    /// <summary>Takes what there is now, in place of all else.</summary>
    public void Refill<TAccumulator>(KeyedState<TKey, OpenWindow<TAccumulator>> windows)
    {
        _queue.Clear();
        windows.ForEach(this, static (self, key, ref window) => self.Add(key, window.Due));
    }

    /// <summary>Takes the first key that was due before the watermark, or at all when the input has ended.</summary>
    public bool TryTake(long watermark, out TKey key, out long due)
    {
        if (!_queue.TryPeek(out key!, out due) || (due >= watermark && watermark != long.MaxValue)) return false;
        _queue.Dequeue();
        return true;
    }
}
