namespace Dataflow.Async;

/// <summary>Aligns the watermarks of a step's instances, so that at a checkpoint's barrier all have emitted the same one, as if they held
/// nothing back: later steps keep one watermark for all workers. Safe for any thread.</summary>
/// <param name="workers">The number of workers.</param>
/// <param name="wakeWorkers">Wakes all workers.</param>
/// <param name="requestedEpoch">Returns the checkpoint that tasks are to take, if they have not yet.</param>
internal sealed class WatermarkAlignment(int workers, Action wakeWorkers, Func<long> requestedEpoch)
{
    private readonly Lock _gate = new();
    private readonly long[] _reached = [.. Enumerable.Repeat(long.MinValue, workers)];
    private long _min = long.MinValue;
    private long _cutEpoch;
    private long _cut;

    /// <summary>Returns the watermark up to which a worker may emit: the lowest that all could. Once a checkpoint is requested, it does not
    /// grow until the worker has taken it.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="reached">The watermark that it could emit by itself.</param>
    /// <param name="epoch">The last checkpoint that its task has taken.</param>
    public long LimitOf(int worker, long reached, long epoch)
    {
        lock (_gate)
        {
            _reached[worker] = reached;
            var min = _reached.Min();
            if (min > _min) wakeWorkers();
            _min = min;
            if (requestedEpoch() is var requested && requested > epoch && requested > _cutEpoch) (_cutEpoch, _cut) = (requested, min);
            return _cutEpoch > epoch ? _cut : min;
        }
    }
}
