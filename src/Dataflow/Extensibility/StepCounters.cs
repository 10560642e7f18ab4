namespace Dataflow.Extensibility;

/// <summary>The metrics of one instance of a step, as its task last published them for other threads.</summary>
internal sealed class StepCounters
{
    private readonly List<Counter> _counters = [];
    private readonly List<(Counter Counter, Func<long> Read)> _gauges = [];
    private readonly List<(IReadOnlyList<CounterDefinition> Definitions, Func<IEnumerable<CounterValue>> Read)> _reports = [];
    private Func<long>? _watermark;
    private Func<long?>? _waitsFor;
    private long _watermarkNow = long.MinValue;
    private long _waitsForNow = long.MinValue;

    /// <summary>The step's watermark; null where the step has no event time.</summary>
    public long? Watermark => _watermark is null ? null : Volatile.Read(ref _watermarkNow);

    /// <summary>The event time that the next result waits for; null where that is not known.</summary>
    public long? WaitsFor => Volatile.Read(ref _waitsForNow) is > long.MinValue and var time ? time : null;

    public IEnumerable<CounterDefinition> Definitions
        => _counters.Select(static counter => counter.Definition).Concat(_reports.SelectMany(static report => report.Definitions));

    public IEnumerable<CounterValue> Values
        => _counters.Select(static counter => new CounterValue(counter.Definition, counter.Value, counter.Tag))
            .Concat(_reports.SelectMany(static report => report.Read()));

    public Counter Add(CounterDefinition definition, string? tag)
    {
        var counter = new Counter(definition, tag);
        _counters.Add(counter);
        return counter;
    }

    public void AddGauge(CounterDefinition definition, Func<long> read) => _gauges.Add((Add(definition, null), read));

    public void AddReport(IReadOnlyList<CounterDefinition> definitions, Func<IEnumerable<CounterValue>> read)
        => _reports.Add((definitions, read));

    public void SetTime(Func<long> watermark, Func<long?>? waitsFor) => (_watermark, _waitsFor) = (watermark, waitsFor);

    /// <summary>Publishes the current numbers for other threads. Called on the task's thread.</summary>
    public void Publish()
    {
        foreach (var (counter, read) in _gauges) counter.Set(read());
        if (_watermark is not null) Volatile.Write(ref _watermarkNow, _watermark());
        Volatile.Write(ref _waitsForNow, _waitsFor?.Invoke() ?? long.MinValue);
    }
}
