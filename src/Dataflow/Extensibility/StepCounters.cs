namespace Dataflow.Extensibility;

/// <summary>The numbers of one instance of a step, as they were when its task last let other threads see them.</summary>
internal sealed class StepCounters
{
    private readonly List<Counter> _counters = [];
    private readonly List<(Counter Counter, Func<long> Read)> _gauges = [];
    private readonly List<(IReadOnlyList<CounterDefinition> Definitions, Func<IEnumerable<CounterValue>> Read)> _reports = [];
    private Func<long>? _watermark;
    private Func<long?>? _waitsFor;
    private long _watermarkNow = long.MinValue;
    private long _waitsForNow = long.MinValue;

    /// <summary>How far event time has come; null where the step knows no time.</summary>
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

    /// <summary>Lets other threads see what there is. On the task's thread.</summary>
    public void Publish()
    {
        foreach (var (counter, read) in _gauges) counter.Set(read());
        if (_watermark is not null) Volatile.Write(ref _watermarkNow, _watermark());
        Volatile.Write(ref _waitsForNow, _waitsFor?.Invoke() ?? long.MinValue);
    }
}
