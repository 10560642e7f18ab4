using Dataflow.Hosting;
using Dataflow.Hosting.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the health checks of Dataflow.</summary>
public static class DataflowHealthChecks
{
    /// <summary>Adds two checks of all pipelines of <see cref="DataflowServices.AddDataflow"/>: <c>dataflow-live</c> with the tag
    /// <c>live</c>, and <c>dataflow-ready</c> with the tag <c>ready</c>.</summary>
    /// <remarks>A pipeline is live unless it has failed for good or a step hangs. It is ready when it runs and its newest checkpoint, its
    /// watermark, its lag and the disk are within their bounds: <see cref="PipelineOptions.Health"/>. Reasons are sentences, and numbers
    /// are in the data. Neither holds what is in records.</remarks>
    /// <param name="checks">The health checks of the host.</param>
    /// <example><code>
    /// builder.Services.AddHealthChecks().AddDataflow();
    /// </code></example>
    public static IHealthChecksBuilder AddDataflow(this IHealthChecksBuilder checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        checks.Services.AddSingleton<CheckpointAges>();
        return checks.AddCheck<LiveCheck>("dataflow-live", HealthStatus.Unhealthy, ["live"])
            .AddCheck<ReadyCheck>("dataflow-ready", HealthStatus.Unhealthy, ["ready"]);
    }
}
