using Dataflow.Runtime;

namespace Dataflow.Async;

/// <summary>Lets the instances of a step hand their watermarks on together, so that at a checkpoint's barrier they have come to
/// the same one, as if they held nothing back: what stands behind them keeps one watermark for all workers. From any thread.</summary>
internal sealed class WatermarkAlignment(JobRun job)
{
    private readonly Lock _gate = new();
    private readonly long[] _reached = [.. Enumerable.Repeat(long.MinValue, job.Workers.Count)];
    private long _min = long.MinValue;
    private long _cutEpoch;
    private long _cut;

    /// <summary>How far a worker may hand its watermark on: as far as all could. Once a checkpoint is asked for, that does not
    /// grow until the worker has taken it.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="reached">How far it could hand on by itself.</param>
    /// <param name="epoch">The last checkpoint that its task has taken.</param>
    public long LimitOf(int worker, long reached, long epoch)
    {
        lock (_gate)
        {
            _reached[worker] = reached;
            var min = _reached.Min();
            if (min > _min) job.WakeWorkers();
            _min = min;
            if (job.RequestedEpoch is var requested && requested > epoch && requested > _cutEpoch) (_cutEpoch, _cut) = (requested, min);
            return _cutEpoch > epoch ? _cut : min;
        }
    }
}
