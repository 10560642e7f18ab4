using System.Globalization;
using Dataflow.Log;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Dataflow.Hosting.Health;

/// <summary>Fails where a pipeline is not up to date, or will soon not be.</summary>
internal sealed class ReadyCheck(
    DataflowJobs jobs, PartitionedLog log, IOptions<DataflowOptions> options, CheckpointAges ages, TimeProvider? time = null) : IHealthCheck
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new Dictionary<string, object>(StringComparer.Ordinal);
        List<string> reasons = [.. jobs.Pipelines.SelectMany(pipeline => ReasonsOf(pipeline, data)), .. Disk(data)];
        return Task.FromResult(reasons.Count == 0
            ? HealthCheckResult.Healthy(data: data)
            : new HealthCheckResult(context.Registration.FailureStatus, string.Join('\n', reasons), data: data));
    }

    private IEnumerable<string> ReasonsOf(HostedPipeline pipeline, Dictionary<string, object> data)
    {
        if (pipeline.Failure is not null) return [Failures.Describe(pipeline)];
        if (pipeline.Job is not { } job) return [$"Pipeline '{pipeline.Name}' is starting: it restores its state."];
        var status = job.Status;
        data[$"{pipeline.Name}.state"] = status.State.ToString();
        data[$"{pipeline.Name}.lag"] = status.Lag;
        data[$"{pipeline.Name}.checkpoint"] = status.Checkpoints.Last;
        return status.State switch
        {
            JobState.Restarting => [$"Pipeline '{pipeline.Name}' restarts after an error. {status.LastError}", .. Checkpoint()],
            JobState.Running => [.. Checkpoint(), .. Watermark(), .. Lag()],
            JobState.Draining or JobState.Stopping => [$"Pipeline '{pipeline.Name}' is stopping."],
            JobState.Stopped or JobState.Cancelled => [$"Pipeline '{pipeline.Name}' was stopped."],
            _ => [], // finished; moving, waiting: other processes may do the work
        };

        IEnumerable<string> Checkpoint()
        {
            var age = ages.Of(pipeline.Name, status.Checkpoints.SinceLast);
            data[$"{pipeline.Name}.checkpointAgeSeconds"] = Math.Round(age.TotalSeconds, 3);
            if (age <= MaxCheckpointAge(pipeline.Options)) yield break;
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Pipeline '{pipeline.Name}' has had no checkpoint for {age.TotalSeconds:0} s, more than "
                    + $"{MaxCheckpointAge(pipeline.Options).TotalSeconds:0} s. {WhySlow(job)}").TrimEnd();
        }

        IEnumerable<string> Watermark()
        {
            var times = status.Steps.Select(static step => step.WatermarkMs).Where(static ms => ms is > long.MinValue and < long.MaxValue);
            if (times.Min() is not { } watermark) yield break;
            var delay = TimeSpan.FromMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds() - watermark);
            data[$"{pipeline.Name}.watermarkDelaySeconds"] = Math.Round(delay.TotalSeconds, 3);
            if (pipeline.Options.Health.MaxWatermarkDelay is not { } max || delay <= max) yield break;
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Pipeline '{pipeline.Name}': event time is {delay.TotalSeconds:0} s behind the clock, more than {max.TotalSeconds:0} s."
                    + $"{LastSplit(status)}");
        }

        IEnumerable<string> Lag()
        {
            if (pipeline.Options.Health.MaxLag is { } max && status.Lag > max)
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Pipeline '{pipeline.Name}' has {status.Lag:N0} records ahead of it, more than {max:N0}.");
        }
    }

    private static string LastSplit(JobStatus status)
        => status.Splits.Where(static split => split is { IsFinished: false, WatermarkMs: not null })
            .MinBy(static split => split.WatermarkMs) is { } last
            ? $" Split '{last.Name}' is the furthest behind{(last.IsIdle ? ", and quiet" : "")}." : "";

    private static string? WhySlow(Job job)
        => job.Diagnose().Findings.FirstOrDefault(static finding => finding.Kind is FindingKind.StepHangs or FindingKind.CheckpointIsSlow)
            ?.Text;

    private IEnumerable<string> Disk(Dictionary<string, object> data)
    {
        if (log.WorkDirectory is not { } directory) yield break;
        var free = new DriveInfo(directory).AvailableFreeSpace;
        data["log.freeBytes"] = free;
        if (free < options.Value.MinFreeBytes)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"The disk of the log has {free:N0} bytes free, less than {options.Value.MinFreeBytes:N0}. A full disk stops checkpoints.");
    }

    private static TimeSpan MaxCheckpointAge(PipelineOptions options)
        => options.Health.MaxCheckpointAge ?? TimeSpan.FromSeconds(Math.Max(60, 10 * options.CheckpointInterval.TotalSeconds));
}
