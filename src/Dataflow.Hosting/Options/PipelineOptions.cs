namespace Dataflow.Hosting;

/// <summary>The options of a pipeline of a host, bound from the configuration sections <c>Dataflow</c>, for all pipelines, and
/// <c>Dataflow:Pipelines:NAME</c>, for one.</summary>
public sealed class PipelineOptions
{
    /// <summary>The number of workers, each with a thread of its own; from 1 to 64. Default null: one for each processor.</summary>
    public int? Workers { get; set; }

    /// <summary>The interval of checkpoints, at which results become visible and progress durable. Default 1 s, at least 1 ms.</summary>
    public TimeSpan CheckpointInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The largest distance in event time of a source ahead of the slowest one. Default null: unlimited. See
    /// <see cref="JobOptions.MaxWatermarkDrift"/>.</summary>
    public TimeSpan? MaxWatermarkDrift { get; set; }

    /// <summary>The largest number of restarts in a row after errors that may pass. Default: no limit.</summary>
    public int MaxRestarts { get; set; } = int.MaxValue;

    /// <summary>The delay before the first restart; it doubles with each one, up to a minute. Default 1 s.</summary>
    public TimeSpan RestartDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether the host stops, with exit code 1, when the pipeline has failed for good. Default true. Otherwise the host goes on,
    /// and the health checks <em>live</em> and <em>ready</em> fail.</summary>
    public bool StopHostOnFailure { get; set; } = true;

    /// <summary>The way in which the pipeline ends when the host shuts down. Default: <see cref="ShutdownMode.Stop"/>.</summary>
    public ShutdownMode Shutdown { get; set; }

    /// <summary>The policy for records on which code fails: <see cref="Pipeline.OnError"/>. Set in code. Default:
    /// <see cref="ErrorPolicy.Stop"/>.</summary>
    public ErrorPolicy OnError { get; set; } = ErrorPolicy.Stop;

    /// <summary>The bounds of the health checks.</summary>
    public HealthBounds Health { get; set; } = new();
}
