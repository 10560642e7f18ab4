using Dataflow.Dashboard.Api;

namespace Dataflow.Dashboard;

/// <summary>Samples what a lookup finds, once a minute: the share of missing values, and drift from the first whole sample.</summary>
internal sealed class LookupWatch(Lookup lookup)
{
    private const int MaxSamples = 60;

    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_afterNothing = TimeSpan.FromSeconds(5);

    private readonly Distribution?[] _references = new Distribution?[lookup.Fields.Count];
    private readonly List<Bounded<FieldSampleView>> _fields
        = [.. lookup.Fields.Select(static _ => new Bounded<FieldSampleView>(MaxSamples))];

    private readonly Bounded<LookupSampleView> _samples = new(MaxSamples);
    private long _nextMs;

    /// <summary>Samples, if a minute has passed since the last sample, or a few seconds since there was nothing.</summary>
    public void Sample(Job job, long nowMs)
    {
        if (lookup.Fields.Count == 0 || nowMs < _nextMs) return;
        var found = Read(job);
        _nextMs = nowMs + (long)(found is null ? s_afterNothing : s_every).TotalMilliseconds;
        if (found is null) return;
        _samples.Add(new(nowMs, found.Entities, found.WatermarkMs));
        for (var field = 0; field < _references.Length; field++)
            Add(field, found.Values[field], isPartial: found.ArePartial.Count > 0 && found.ArePartial[field], nowMs);
    }

    public LookupView View() => new(
        lookup.Name, lookup.Asks, lookup.TakesTime,
        [.. lookup.Fields.Select((field, index) => new LookupFieldView(
            field.Name, field.Type, field.Definition, field.Description, [.. _fields[index].Items]))],
        [.. _samples.Items]);

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

    private void Add(int field, IReadOnlyList<double> values, bool isPartial, long nowMs)
    {
        if (values.Count == 0) return;
        var missing = values.Count(double.IsNaN) / (double)values.Count;
        if (missing < 1 && !isPartial) _references[field] ??= Distribution.Of(values);
        _fields[field].Add(new(nowMs, missing, _references[field]?.DriftOf(values).Psi));
    }
}
