using Dataflow.Log;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Dataflow.Hosting;

/// <summary>Starts all pipelines with the host, over one log, and ends them together, so that each has the host's whole time.</summary>
internal sealed class PipelinesService(IServiceProvider services) : IHostedService
{
    // Not before the start: the host checks all options after it has made its services.
    private IReadOnlyList<HostedPipeline> Pipelines => services.GetRequiredService<DataflowJobs>().Pipelines;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var pipeline in Pipelines) pipeline.Define(services);
        var log = services.GetRequiredService<PartitionedLog>();
        foreach (var pipeline in Pipelines) pipeline.Start(log);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
        => Task.WhenAll(Pipelines.Select(pipeline => pipeline.StopAsync(cancellationToken)));
}
