namespace Dataflow.Hosting;

/// <summary>The bounds beyond which a pipeline is not healthy.</summary>
public sealed class HealthBounds
{
    /// <summary>The age of the newest checkpoint from which on the pipeline is not ready. Default null: ten intervals, at least a
    /// minute.</summary>
    public TimeSpan? MaxCheckpointAge { get; set; }

    /// <summary>The time that event time may be behind the clock while the pipeline is ready. Default null: any, as while old records are
    /// read.</summary>
    public TimeSpan? MaxWatermarkDelay { get; set; }

    /// <summary>The number of records that may lie ahead of the pipeline while it is ready. Default null: any.</summary>
    public long? MaxLag { get; set; }

    /// <summary>The time after which a step that does not come back from a record makes the pipeline not live. Default 5 min.</summary>
    public TimeSpan MaxStepTime { get; set; } = TimeSpan.FromMinutes(5);
}
