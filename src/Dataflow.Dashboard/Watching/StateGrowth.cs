namespace Dataflow.Dashboard;

/// <summary>The growth of each step's state over the last ten minutes. For one thread at a time.</summary>
internal sealed class StateGrowth
{
    private static readonly long s_everyMs = (long)TimeSpan.FromSeconds(10).TotalMilliseconds;

    private readonly Bounded<(long AtMs, Dictionary<string, long> Entries)> _seen = new(60);
    private long _lastMs = long.MinValue;

    public void Add(long nowMs, JobStatus status)
    {
        if (nowMs < _lastMs + s_everyMs) return;
        _lastMs = nowMs;
        _seen.Add((nowMs, status.Steps.ToDictionary(static step => step.Label, static step => step.StateEntries, StringComparer.Ordinal)));
    }

    /// <summary>Returns the entries that a step gained or lost per minute; null where it was not seen for ten seconds.</summary>
    public double? PerMinute(long nowMs, StepStatus step)
    {
        var (atMs, entries) = _seen.Items.First();
        return nowMs - atMs >= s_everyMs && entries.TryGetValue(step.Label, out var before)
            ? (step.StateEntries - before) / TimeSpan.FromMilliseconds(nowMs - atMs).TotalMinutes : null;
    }
}
