namespace Dataflow.Checkpoints;

/// <summary>What checkpoints cost. Written by the coordinator, read by anyone.</summary>
internal sealed class CheckpointMetrics
{
    private const int PausesKept = 1024;

    private readonly Lock _gate = new();
    private readonly Queue<TimeSpan> _pauses = new();
    private long _count;
    private long _bytes;
    private long _epoch;
    private TimeSpan _lastCommit;

    public void Add(long epoch, TimeSpan pause, long bytes, TimeSpan commit)
    {
        lock (_gate)
        {
            _epoch = epoch;
            _count++;
            _bytes += bytes;
            _lastCommit = commit;
            _pauses.Enqueue(pause);
            if (_pauses.Count > PausesKept) _pauses.Dequeue();
        }
    }

    public CheckpointStatus ToStatus()
    {
        lock (_gate)
        {
            var sorted = _pauses.Order().ToArray();
            return new CheckpointStatus(
                _epoch, _count, _bytes, _lastCommit, sorted.Length == 0 ? default : sorted[sorted.Length / 2], sorted.LastOrDefault());
        }
    }
}
