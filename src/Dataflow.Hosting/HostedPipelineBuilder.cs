using Microsoft.Extensions.DependencyInjection;

namespace Dataflow.Hosting;

/// <summary>Adds readers of a pipeline's tables and features to the services of a host, and further pipelines.</summary>
/// <typeparam name="TResult">The result of the pipeline's definition.</typeparam>
public sealed class HostedPipelineBuilder<TResult> : DataflowBuilder
{
    private readonly string _pipeline;

    internal HostedPipelineBuilder(IServiceCollection services, string pipeline)
        : base(services) => _pipeline = pipeline;

    /// <summary>Offers a reader as a service, opened when it is first asked for. To ask for it before the job runs throws an
    /// <see cref="InvalidOperationException"/>; <see cref="DataflowJobs.WhenStartedAsync"/> waits.</summary>
    /// <remarks>A reader goes on over restarts of the job. Its calls end with an <see cref="OperationCanceledException"/> when the job has
    /// ended.</remarks>
    /// <param name="open">Opens the reader of the running job from the result of the pipeline's definition.</param>
    /// <example><code>
    /// builder.Services.AddDataflow()
    ///     .AddPipeline("totals", (pipeline, _) => pipeline.From(Orders).KeyBy(order => order.Item)
    ///         .Aggregate(a => a.Sum(order => order.Pieces), (item, pieces) => pieces))
    ///     .AddReader((job, totals) => job.Read(totals));
    /// </code></example>
    public HostedPipelineBuilder<TResult> AddReader<TReader>(Func<Job, TResult, TReader> open)
        where TReader : class
    {
        ArgumentNullException.ThrowIfNull(open);
        Services.AddSingleton(services =>
        {
            var jobs = services.GetRequiredService<DataflowJobs>();
            return open(jobs.Get(_pipeline), (TResult)jobs.Of(_pipeline).Result!);
        });
        return this;
    }
}
