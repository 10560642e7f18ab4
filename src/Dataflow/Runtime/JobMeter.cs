using System.Diagnostics.Metrics;
using Dataflow.Checkpoints;

namespace Dataflow.Runtime;

/// <summary>Offers a job's status as instruments of the meter <c>Dataflow</c>, for OpenTelemetry, dotnet-counters and the like.</summary>
/// <remarks>Everything is read from <see cref="JobStatus"/> when somebody asks; nobody asking costs nothing. The two histograms get
/// a value for each checkpoint.</remarks>
internal sealed class JobMeter : IDisposable
{
    private readonly Meter _meter = new("Dataflow");
    private readonly Job _job;
    private readonly Histogram<double> _durations;
    private readonly Histogram<long> _sizes;

    public JobMeter(Job job)
    {
        _job = job;
        _meter.CreateObservableCounter("dataflow.operator.records.in", () => Steps(step => step.In), "{record}");
        _meter.CreateObservableCounter("dataflow.operator.records.out", () => Steps(step => step.Emitted), "{record}");
        _meter.CreateObservableCounter("dataflow.operator.records.filtered", () => Steps(step => step.Filtered), "{record}");
        _meter.CreateObservableCounter("dataflow.operator.records.late_dropped", () => Steps(step => step.Late), "{record}");
        _meter.CreateObservableCounter("dataflow.exchange.records.combined", () => Steps(step => step.Combined), "{record}");
        _meter.CreateObservableCounter("dataflow.join.misses", () => Steps(step => step.Misses), "{record}");
        _meter.CreateObservableCounter("dataflow.dead_letter.records", DeadLetters, "{record}");
        _meter.CreateObservableCounter("dataflow.rule.broken", BrokenRules, "{record}");
        _meter.CreateObservableCounter("dataflow.model.calls", () => Steps(step => step.Calls), "{call}");
        _meter.CreateObservableCounter("dataflow.model.tokens", () => Models(model => model.Tokens), "{token}");
        _meter.CreateObservableCounter("dataflow.model.tokens.saved", () => Models(model => model.SavedTokens), "{token}");
        _meter.CreateObservableCounter("dataflow.model.texts.saved", () => Models(model => model.SavedTexts), "{text}");
        _meter.CreateObservableCounter("dataflow.model.time", () => Models(model => (long)model.Time.TotalMilliseconds), "ms");
        _meter.CreateObservableCounter("dataflow.model.texts.truncated", () => Steps(step => step.Truncated), "{text}");
        _meter.CreateObservableGauge("dataflow.watermark", Watermarks, "ms", "Event time since the Unix epoch.");
        _meter.CreateObservableGauge("dataflow.operator.watermark.lag", WatermarkLags, "s", "How far event time is behind the clock.");
        _meter.CreateObservableCounter("dataflow.operator.time", Times, "s", "What the stages spend their time with.");
        _meter.CreateObservableGauge("dataflow.source.lag", Lags, "{record}");
        _meter.CreateObservableGauge("dataflow.state.entries", () => Steps(step => step.StateEntries), "{entry}");
        _meter.CreateObservableGauge("dataflow.queue.length", QueueLengths, "{batch}", "Batches that wait in front of a stage.");
        _meter.CreateObservableGauge("dataflow.job.restarts", () => Of(job.Status.Restarts), "{restart}");
        _meter.CreateObservableGauge("dataflow.job.restore.duration", () => Of(job.Status.RestoreTime.TotalSeconds), "s");
        _meter.CreateObservableCounter("dataflow.checkpoints", () => Of(job.Status.Checkpoints.Count), "{checkpoint}");
        _meter.CreateObservableGauge(
            "dataflow.checkpoint.pause.max", () => Of(job.Status.Checkpoints.PauseMax.TotalMilliseconds), "ms");
        _meter.CreateObservableGauge("dataflow.checkpoint.last_completed.age", LastCheckpointAges, "s");
        _durations = _meter.CreateHistogram<double>("dataflow.checkpoint.duration", "s", "From the request until it is committed.");
        _sizes = _meter.CreateHistogram<long>("dataflow.checkpoint.size", "By", "What a checkpoint adds to the log.");
    }

    /// <summary>Tells listeners of a checkpoint.</summary>
    public void Measure(in CheckpointCost cost)
    {
        var pipeline = new KeyValuePair<string, object?>("pipeline", _job.Plan.Pipeline);
        _durations.Record(cost.Duration.TotalSeconds, pipeline);
        _sizes.Record(cost.Bytes, pipeline);
    }

    public void Dispose() => _meter.Dispose();

    private Measurement<T> Of<T>(T value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct
        => new(value, [new("pipeline", _job.Plan.Pipeline), .. tags]);

    private IEnumerable<Measurement<long>> Steps(Func<StepStatus, long> value)
        => _job.Status.Steps.Select(step => Of(value(step), new KeyValuePair<string, object?>("step", step.Name)));

    private IEnumerable<Measurement<long>> Models(Func<ModelUsage, long> value)
        => _job.Status.Steps.SelectMany(step => step.Models, (step, model) => Of(
            value(model), new("step", step.Name), new KeyValuePair<string, object?>("model", model.Model)));

    private IEnumerable<Measurement<long>> DeadLetters()
        => Steps(step => step.DeadLetters).Concat(_job.Status.Splits.Select(
            split => Of(split.DeadLetters, new KeyValuePair<string, object?>("split", split.Name))));

    private IEnumerable<Measurement<long>> BrokenRules()
        => _job.Status.Steps.SelectMany(step => step.BrokenRules.Select(broken => Of(
            broken.Count, new KeyValuePair<string, object?>("step", step.Name), new KeyValuePair<string, object?>("rule", broken.Rule))));

    private IEnumerable<Measurement<long>> Watermarks()
        => _job.Status.Steps.Where(step => step.WatermarkMs is not null)
            .Select(step => Of(step.WatermarkMs!.Value, new KeyValuePair<string, object?>("step", step.Name)));

    private IEnumerable<Measurement<double>> WatermarkLags()
        => _job.Status.Steps.Where(step => step.WatermarkMs is > long.MinValue and < long.MaxValue)
            .Select(step => Of(
                (_job.Time.GetUtcNow().ToUnixTimeMilliseconds() - step.WatermarkMs!.Value) / 1000.0,
                new KeyValuePair<string, object?>("step", step.Name)));

    private IEnumerable<Measurement<double>> LastCheckpointAges()
    {
        if (_job.Status.Checkpoints.SinceLast is { } age) yield return Of(age.TotalSeconds);
    }

    private IEnumerable<Measurement<int>> QueueLengths()
        => _job.Status.Stages.Select(stage => Of(
            stage.QueuedBatches, new KeyValuePair<string, object?>("stage", stage.Name), new KeyValuePair<string, object?>("worker", stage.Worker)));

    private IEnumerable<Measurement<double>> Times()
        => _job.Status.Stages.SelectMany(stage => new[]
        {
            Of(stage.BusyTime.TotalSeconds, [.. Tags(stage, "busy")]),
            Of(stage.BackpressuredTime.TotalSeconds, [.. Tags(stage, "backpressured")]),
            Of(stage.IdleTime.TotalSeconds, [.. Tags(stage, "idle")]),
        });

    private static IEnumerable<KeyValuePair<string, object?>> Tags(StageStatus stage, string state)
        => [new("stage", stage.Name), new("worker", stage.Worker), new("state", state)];

    private IEnumerable<Measurement<long>> Lags()
        => _job.Status.Splits.Where(split => split.Lag is not null)
            .Select(split => Of(split.Lag!.Value, new KeyValuePair<string, object?>("split", split.Name)));
}
