using Dataflow.Hosting;
using Dataflow.Log;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Dataflow to the services of a host.</summary>
public static class DataflowServices
{
    /// <summary>Adds a log, <see cref="DataflowJobs"/>, and a hosted service that runs the pipelines which are added to the returned
    /// builder.</summary>
    /// <remarks>The log is the service <see cref="PartitionedLog"/>: opened before the first job starts, closed with the container after
    /// the last has ended. Options are bound from the configuration section <c>Dataflow</c> and checked when the host starts.</remarks>
    /// <param name="services">The services of the host.</param>
    /// <param name="configure">Changes options, after the configuration was bound.</param>
    /// <example><code>
    /// builder.Services.AddDataflow()
    ///     .AddPipeline("orders", (pipeline, services) => pipeline.From(Orders)
    ///         .Select(services.GetRequiredService&lt;Prices>().Total)
    ///         .To(Totals));
    /// </code></example>
    public static DataflowBuilder AddDataflow(this IServiceCollection services, Action<DataflowOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptionsWithValidateOnStart<DataflowOptions>().BindConfiguration(OptionsCheck.Section);
        if (configure is not null) options.Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<DataflowOptions>, OptionsCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PipelineOptions>, OptionsCheck>());
        services.TryAddSingleton<PartitionedLog>(OpenLog);
        services.TryAddSingleton(static provider => new DataflowJobs(
            [.. provider.GetServices<PipelineDefinition>().Select(definition => Host(definition, provider))]));
        services.AddHostedService<PipelinesService>();
        return new DataflowBuilder(services);
    }

    private static LogStore OpenLog(IServiceProvider services) => LogStore.Open(
        Path.Combine(
            services.GetRequiredService<IHostEnvironment>().ContentRootPath,
            services.GetRequiredService<IOptions<DataflowOptions>>().Value.Directory),
        new LogOptions { LoggerFactory = services.GetRequiredService<ILoggerFactory>(), Time = TimeOf(services) });

    private static HostedPipeline Host(PipelineDefinition pipeline, IServiceProvider services) => new(
        pipeline, services.GetRequiredService<IOptionsMonitor<PipelineOptions>>().Get(pipeline.Name),
        services.GetRequiredService<ILoggerFactory>(), TimeOf(services), services.GetRequiredService<IHostApplicationLifetime>());

    private static TimeProvider TimeOf(IServiceProvider services) => services.GetService<TimeProvider>() ?? TimeProvider.System;
}
