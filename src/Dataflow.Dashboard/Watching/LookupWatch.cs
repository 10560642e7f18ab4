using Dataflow.Dashboard.Api;

namespace Dataflow.Dashboard;

/// <summary>Samples what a lookup finds, once a minute: the share of missing values, and drift from the first sample.</summary>
internal sealed class LookupWatch(Lookup lookup)
{
    private const int MaxSamples = 60;

    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_afterNothing = TimeSpan.FromSeconds(5);

    private readonly Distribution?[] _references = new Distribution?[lookup.Fields.Count];
    private readonly List<Bounded<DriftPoint>> _drift = [.. lookup.Fields.Select(static _ => new Bounded<DriftPoint>(MaxSamples))];
    private readonly double?[] _missing = new double?[lookup.Fields.Count];
    private LookupSample? _last;
    private long _nextMs;

    /// <summary>Samples, if a minute has passed since the last sample, or a few seconds since there was nothing.</summary>
    public void Sample(Job job, long nowMs)
    {
        if (lookup.Fields.Count == 0 || nowMs < _nextMs) return;
        var found = Read(job);
        _nextMs = nowMs + (long)(found is null ? s_afterNothing : s_every).TotalMilliseconds;
        if (found is null) return;
        _last = found;
        for (var field = 0; field < _references.Length; field++) Add(field, found.Values[field], nowMs);
    }

    public LookupView View() => new(
        lookup.Name, lookup.Asks, lookup.TakesTime, _last?.Entities, _last?.WatermarkMs,
        [.. lookup.Fields.Select((field, index) => new LookupFieldView(
            field.Name, field.Type, field.Definition, field.Description, _missing[index], [.. _drift[index].Items]))]);

    private LookupSample? Read(Job job)
    {
        try
        {
            return lookup.Sample(job);
        }
        catch (Exception)
        {
            return null; // the job is between two runs or has ended, or a lookup of the user's fails
        }
    }

    private void Add(int field, IReadOnlyList<double> values, long nowMs)
    {
        if (values.Count == 0) return;
        _missing[field] = values.Count(double.IsNaN) / (double)values.Count;
        if (_missing[field] < 1) _references[field] ??= Distribution.Of(values);
        if (_references[field] is { } reference) _drift[field].Add(new(nowMs, reference.DriftOf(values).Psi));
    }
}
