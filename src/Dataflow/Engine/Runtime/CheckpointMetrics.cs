namespace Dataflow.Checkpoints;

/// <summary>Measures the cost of checkpoints. Written by the coordinator, read by any thread.</summary>
internal sealed class CheckpointMetrics(TimeProvider time)
{
    private const int Kept = 1024;

    private readonly Lock _gate = new();
    private readonly Queue<CheckpointCost> _costs = new();
    private long _count;
    private long _bytes;
    private long _epoch;
    private CheckpointCost _last;
    private long _lastAt;

    public void Add(long epoch, in CheckpointCost cost)
    {
        lock (_gate)
        {
            _epoch = epoch;
            _count++;
            _bytes += cost.Bytes;
            _last = cost;
            _lastAt = time.GetTimestamp();
            _costs.Enqueue(cost);
            if (_costs.Count > Kept) _costs.Dequeue();
        }
    }

    public CheckpointStatus ToStatus()
    {
        lock (_gate)
        {
            var pauses = _costs.Select(static cost => cost.Pause).Order().ToArray();
            return new CheckpointStatus(
                _epoch, _count, _bytes, _last.Commit, pauses.Length == 0 ? default : pauses[pauses.Length / 2], pauses.LastOrDefault())
            {
                LastDuration = _last.Duration,
                LastPause = _last.Pause,
                DurationMax = _costs.Select(static cost => cost.Duration).DefaultIfEmpty().Max(),
                LastBytes = _last.Bytes,
                BytesMax = _costs.Select(static cost => cost.Bytes).DefaultIfEmpty().Max(),
                SinceLast = _count == 0 ? null : time.GetElapsedTime(_lastAt),
            };
        }
    }
}

/// <summary>The cost of a checkpoint.</summary>
/// <param name="Duration">The time from the request until the commit.</param>
/// <param name="Pause">The time for which it stopped the slowest task.</param>
/// <param name="Commit">The duration of its commit.</param>
/// <param name="Bytes">The bytes that it added to the log.</param>
internal readonly record struct CheckpointCost(TimeSpan Duration, TimeSpan Pause, TimeSpan Commit, long Bytes);
