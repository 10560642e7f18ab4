using System.Diagnostics.Metrics;
using Dataflow.Checkpoints;
using Dataflow.Runtime;

namespace Dataflow.Operations;

/// <summary>Publishes a job's status as instruments of the meter <c>Dataflow</c>, for OpenTelemetry, dotnet-counters and the
/// like.</summary>
/// <remarks>Everything is read from <see cref="JobStatus"/> when a listener asks; without listeners it costs nothing. The two histograms
/// get a value for each checkpoint. Times are in seconds, and no two measurements of an instrument have the same tags.</remarks>
internal sealed class JobMeter : IDisposable
{
    private static readonly InstrumentAdvice<double> DurationBuckets = new()
    {
        HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 600],
    };

    private static readonly InstrumentAdvice<long> SizeBuckets = new()
    {
        HistogramBucketBoundaries = [.. Enumerable.Range(5, 13).Select(power => 1L << (2 * power))], // 1 KiB to 16 GiB
    };

    private readonly JobRun _job;
    private readonly Meter _meter;
    private readonly Histogram<double> _durations;
    private readonly Histogram<long> _sizes;

    public JobMeter(JobRun job)
    {
        _job = job;
        // The tag tells meters of two jobs apart: OpenTelemetry lets go of all instruments that equal those of a meter that is disposed.
        _meter = new Meter(new MeterOptions("Dataflow") { Tags = [new("pipeline", job.Plan.Pipeline)] });
        OfRecords();
        OfCounters();
        OfTime();
        OfLoad();
        OfCheckpoints();
        if (job.Options.Standbys > 0) OfCopies();
        _durations = _meter.CreateHistogram(
            "dataflow.checkpoint.duration", "s", "Time from the request for a checkpoint until it was committed.", advice: DurationBuckets);
        _sizes = _meter.CreateHistogram("dataflow.checkpoint.size", "By", "Bytes that a checkpoint added to the log.", advice: SizeBuckets);
    }

    private JobStatus Status => JobStatus.Of(_job);

    /// <summary>Reports a checkpoint to listeners.</summary>
    public void Measure(in CheckpointCost cost)
    {
        var pipeline = new KeyValuePair<string, object?>("pipeline", _job.Plan.Pipeline);
        _durations.Record(cost.Duration.TotalSeconds, pipeline);
        _sizes.Record(cost.Bytes, pipeline);
    }

    public void Dispose() => _meter.Dispose();

    private void OfRecords()
    {
        Counter("dataflow.operator.records.in", "{record}", "Records that came into a step.", step => step.In);
        Counter("dataflow.operator.records.out", "{record}", "Records that a step handed on.", step => step.Emitted);
        _meter.CreateObservableCounter(
            "dataflow.dead_letter.records", DeadLetters, "{record}", "Records and results that became dead letters.");
    }

    /// <summary>Publishes the steps' counters, each under its own name.</summary>
    private void OfCounters()
    {
        foreach (var definition in _job.Tasks.SelectMany(static task => task.Instances)
            .SelectMany(static instance => instance.Context.Counters.Definitions).DistinctBy(static definition => definition.Name))
        {
            if (definition.PerUnit != 1) Offer(definition, value => value / (double)definition.PerUnit);
            else Offer(definition, static value => value);
        }
    }

    private void Offer<T>(CounterDefinition definition, Func<long, T> convert)
        where T : struct
    {
        if (definition.IsGauge)
            _meter.CreateObservableGauge(definition.Name, () => ValuesOf(definition, convert), definition.Unit, definition.Description);
        else _meter.CreateObservableCounter(definition.Name, () => ValuesOf(definition, convert), definition.Unit, definition.Description);
    }

    private IEnumerable<Measurement<T>> ValuesOf<T>(CounterDefinition definition, Func<long, T> convert)
        where T : struct
        => from step in Status.Steps
           from count in step.Counters
           where count.Definition.Name == definition.Name
           select count.Tag is null
               ? Of(convert(count.Value), Step(step)) : Of(convert(count.Value), Step(step), new(definition.Tag ?? "tag", count.Tag));

    private void OfTime()
    {
        _meter.CreateObservableGauge("dataflow.watermark", Watermarks, "s", "Event time of a step, as seconds since the Unix epoch.");
        _meter.CreateObservableGauge("dataflow.operator.watermark.lag", WatermarkLags, "s", "How far event time is behind the clock.");
    }

    private void OfLoad()
    {
        _meter.CreateObservableCounter("dataflow.operator.time", StageTimes, "s", "Time that a stage was busy, backpressured or idle.");
        _meter.CreateObservableGauge("dataflow.queue.length", QueueLengths, "{batch}", "Batches that wait in front of a stage.");
        _meter.CreateObservableGauge("dataflow.source.lag", Lags, "{record}", "Records of a split that are not read yet.");
        _meter.CreateObservableGauge(
            "dataflow.source.lag.open", OpenLags, "{record}", "Those of them that lie behind the split's last stable offset.");
        _meter.CreateObservableGauge(
            "dataflow.source.transaction.age", OpenAges, "s", "Time for which a split has waited for an open transaction to end.");
        _meter.CreateObservableGauge(
            "dataflow.state.entries", () => Steps(step => step.StateEntries), "{entry}", "Keyed values that a step holds in memory.");
    }

    private void OfCheckpoints()
    {
        _meter.CreateObservableGauge(
            "dataflow.job.restarts", () => Of(Status.Restarts), "{restart}", "Restarts after errors that may pass.");
        _meter.CreateObservableCounter(
            "dataflow.job.rebalances", () => Of(Status.Rebalances), "{rebalance}", "How often the work of the process changed.");
        _meter.CreateObservableGauge(
            "dataflow.job.rebalance.duration", () => Of(Status.LastRebalance.TotalSeconds), "s",
            "Time for which the process stood still when its work changed last.");
        _meter.CreateObservableGauge(
            "dataflow.job.restore.duration", () => Of(Status.RestoreTime.TotalSeconds), "s", "Time to open the job and to fill its state.");
        _meter.CreateObservableGauge(
            "dataflow.job.restore.size", () => Of(Status.Restore.LogBytes), "By", "Bytes that were read from the log to fill the state.");
        _meter.CreateObservableGauge(
            "dataflow.job.restore.images", () => Of(Status.Restore.FromImages), "{shard}",
            "Shards whose state came from the process's disk.");
        _meter.CreateObservableCounter(
            "dataflow.checkpoints", () => Of(Status.Checkpoints.Count), "{checkpoint}", "Checkpoints since the job started.");
        _meter.CreateObservableCounter(
            "dataflow.checkpoints.failed", () => Of(Status.Checkpoints.Failed), "{checkpoint}",
            "Checkpoints that were begun and not completed since the job started.");
        _meter.CreateObservableGauge(
            "dataflow.checkpoint.pause.max", () => Of(Status.Checkpoints.PauseMax.TotalSeconds), "s",
            "Longest time that one of the last 1,024 checkpoints stopped a task.");
        _meter.CreateObservableGauge("dataflow.checkpoint.last_completed.age", LastCheckpointAges, "s", "Time since the last checkpoint.");
    }

    private void OfCopies()
    {
        _meter.CreateObservableGauge(
            "dataflow.standby.shards", () => Of(Status.Copies.Count), "{shard}", "Copies of shards that other processes have.");
        _meter.CreateObservableGauge(
            "dataflow.standby.size", () => Of(Status.Copies.Sum(static copy => copy.Bytes)), "By", "Memory that the copies take.");
        _meter.CreateObservableGauge(
            "dataflow.standby.lag", () => Of(Status.Copies.Select(static copy => copy.Behind).DefaultIfEmpty().Max()), "{change}",
            "Committed changes that the copy furthest behind lacks.");
    }

    private void Counter(string name, string unit, string description, Func<StepStatus, long> value)
        => _meter.CreateObservableCounter(name, () => Steps(value), unit, description);

    private Measurement<T> Of<T>(T value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct
        => new(value, [new("pipeline", _job.Plan.Pipeline), .. tags]);

    private static KeyValuePair<string, object?> Step(StepStatus step) => new("step", step.Label);

    private static KeyValuePair<string, object?> Split(SplitStatus split) => new("split", split.Name);

    private IEnumerable<Measurement<long>> Steps(Func<StepStatus, long> value) => Status.Steps.Select(step => Of(value(step), Step(step)));

    private IEnumerable<Measurement<long>> DeadLetters()
        => Steps(step => step.DeadLetters).Concat(Status.Splits.Select(split => Of(split.DeadLetters, Split(split))));

    private IEnumerable<Measurement<double>> Watermarks()
        => Status.Steps.Where(HasWatermark).Select(step => Of(step.WatermarkMs!.Value / 1000.0, Step(step)));

    private IEnumerable<Measurement<double>> WatermarkLags()
    {
        var now = _job.Time.GetUtcNow().ToUnixTimeMilliseconds();
        return Status.Steps.Where(HasWatermark).Select(step => Of((now - step.WatermarkMs!.Value) / 1000.0, Step(step)));
    }

    private static bool HasWatermark(StepStatus step) => step.WatermarkMs is > long.MinValue and < long.MaxValue;

    private IEnumerable<Measurement<double>> LastCheckpointAges()
    {
        if (Status.Checkpoints.SinceLast is { } age) yield return Of(age.TotalSeconds);
    }

    private IEnumerable<Measurement<int>> QueueLengths()
        => Status.Stages.Select(stage => Of(stage.QueuedBatches, new("stage", stage.Name), new("worker", stage.Worker)));

    private IEnumerable<Measurement<double>> StageTimes()
        => Status.Stages.SelectMany(stage => new[]
        {
            StageTime(stage, "busy", stage.BusyTime),
            StageTime(stage, "backpressured", stage.BackpressuredTime),
            StageTime(stage, "idle", stage.IdleTime),
        });

    private Measurement<double> StageTime(StageStatus stage, string state, TimeSpan time)
        => Of(time.TotalSeconds, new("stage", stage.Name), new("worker", stage.Worker), new("state", state));

    private IEnumerable<Measurement<long>> Lags()
        => Status.Splits.Where(split => split.Lag is not null).Select(split => Of(split.Lag!.Value, Split(split)));

    private IEnumerable<Measurement<long>> OpenLags()
        => from split in Status.Splits
           where split.Lag is not null
           select Of(split.StableEnd is null ? 0 : split.Lag!.Value, Split(split));

    private IEnumerable<Measurement<double>> OpenAges()
        => Status.Splits.Select(split => Of(split.OpenFor?.TotalSeconds ?? 0, Split(split)));
}
