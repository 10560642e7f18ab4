using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Dataflow.Hosting.Health;

/// <summary>Fails where a pipeline does nothing more: a restart of the process may help.</summary>
internal sealed class LiveCheck(DataflowJobs jobs) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        List<string> reasons = [.. jobs.Pipelines.SelectMany(ReasonsOf)];
        return Task.FromResult(reasons.Count == 0
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus, string.Join('\n', reasons)));
    }

    private static IEnumerable<string> ReasonsOf(HostedPipeline pipeline)
    {
        if (pipeline.Failure is not null) return [Failures.Describe(pipeline)];
        return from stage in pipeline.Job?.Status.Stages ?? []
               where stage.AtHandFor > pipeline.Options.Health.MaxStepTime
               select string.Create(
                   CultureInfo.InvariantCulture,
                   $"Pipeline '{pipeline.Name}': step {string.Join(" or ", stage.AtHand.Select(static step => $"'{step}'"))} has not come "
                       + $"back for {stage.AtHandFor.TotalSeconds:0} s.");
    }
}
