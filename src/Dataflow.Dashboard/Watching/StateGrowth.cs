using Dataflow.Dashboard.Api;

namespace Dataflow.Dashboard;

/// <summary>The state of each step over the last ten minutes, and its growth. For one thread at a time.</summary>
internal sealed class StateGrowth
{
    private const int MostSteps = 6;

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

    /// <summary>Returns the state of the steps that hold most of it.</summary>
    public StateHistoryView Largest(long nowMs, JobStatus status)
        => new([.. status.Steps.Where(static step => step.StateEntries > 0).OrderByDescending(static step => step.StateEntries)
            .Take(MostSteps).Select(step => new StepStateView(step.Label, [.. Before(nowMs, step.Label), new(nowMs, step.StateEntries)]))]);

    private IEnumerable<StateSample> Before(long nowMs, string label)
        => _seen.Items.Where(seen => seen.AtMs < nowMs && seen.Entries.ContainsKey(label))
            .Select(seen => new StateSample(seen.AtMs, seen.Entries[label]));
}
