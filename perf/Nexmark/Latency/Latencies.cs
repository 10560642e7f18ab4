namespace Dataflow.Perf.Nexmark;

/// <summary>How long after the event that it rests on was due each row was there. From any thread.</summary>
/// <remarks>Counted from when an event should have come, not from when it did: a job that stands still is charged for all that
/// had to wait meanwhile. A row of a window rests on the event that takes the watermark past the window's end.</remarks>
internal sealed class Latencies(Pace pace, long rate, long firstEvents)
{
    private const int BucketsPerMs = 100;
    private const int LongestMs = 20_000;

    private readonly long[] _counts = new long[LongestMs * BucketsPerMs];

    /// <summary>Takes a row's time. Those of the first events, while the code is cold, do
    /// not count, nor those of windows that close early because the input ends.</summary>
    public void Add(RecordOrigin origin, long timestamp)
    {
        var n = origin.IsKnown ? origin.Offset : EventAt(timestamp + 1 + (long)EventStreams.Lateness.TotalMilliseconds);
        var latency = pace.SinceEvent(n).TotalMilliseconds;
        if (n < firstEvents || latency < 0) return;
        Interlocked.Increment(ref _counts[Math.Min((int)(latency * BucketsPerMs), _counts.Length - 1)]);
    }

    /// <summary>The latency that a share of the rows does not exceed, in ms, to a hundredth.</summary>
    public double Quantile(double share)
    {
        var left = (long)Math.Ceiling(_counts.Sum() * share);
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            left -= _counts[bucket];
            if (left <= 0) return (bucket + 1.0) / BucketsPerMs;
        }

        return LongestMs;
    }

    private long EventAt(long time) => (time - EventGenerator.FirstTime) * rate / 1000;
}
