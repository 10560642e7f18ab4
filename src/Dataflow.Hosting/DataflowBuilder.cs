using Dataflow.Log;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Dataflow.Hosting;

/// <summary>Adds pipelines to a host. Returned by <c>services.AddDataflow()</c>.</summary>
public class DataflowBuilder
{
    internal DataflowBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services of the host.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a pipeline, which starts and ends with the host.</summary>
    /// <param name="name">The pipeline's name: its checkpoints are kept under it, and <c>Dataflow:Pipelines:NAME</c> configures it.</param>
    /// <param name="define">Adds the steps, when the host starts; the provider is the host's.</param>
    /// <param name="configure">Changes options, after the configuration was bound.</param>
    /// <exception cref="ArgumentException">There is a pipeline of this name.</exception>
    /// <example><code>
    /// builder.Services.AddDataflow()
    ///     .AddPipeline("orders", (pipeline, services) => pipeline.From(Orders)
    ///         .Select(services.GetRequiredService&lt;Prices>().Total)
    ///         .To(Totals));
    /// </code></example>
    public DataflowBuilder AddPipeline(
        string name, Action<Pipeline, IServiceProvider> define, Action<PipelineOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(define);
        Add(name, (pipeline, services) =>
        {
            define(pipeline, services);
            return null;
        }, configure);
        return this;
    }

    /// <summary>Adds a pipeline of which tables or features are read: see
    /// <see cref="HostedPipelineBuilder{TResult}.AddReader{TReader}"/>.</summary>
    /// <inheritdoc cref="AddPipeline(string, Action{Pipeline, IServiceProvider}, Action{PipelineOptions})"/>
    /// <param name="name">The pipeline's name: its checkpoints are kept under it, and <c>Dataflow:Pipelines:NAME</c> configures it.</param>
    /// <param name="define">Adds the steps, when the host starts, and returns what is to be read.</param>
    /// <param name="configure">Changes options, after the configuration was bound.</param>
    public HostedPipelineBuilder<TResult> AddPipeline<TResult>(
        string name, Func<Pipeline, IServiceProvider, TResult> define, Action<PipelineOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(define);
        Add(name, (pipeline, services) => define(pipeline, services), configure);
        return new(Services, name);
    }

    /// <summary>Runs the pipelines on another log than the built-in one in <see cref="DataflowOptions.Directory"/>.</summary>
    /// <param name="open">Opens the log, when the host starts; the container closes it.</param>
    public DataflowBuilder UseLog(Func<IServiceProvider, PartitionedLog> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        Services.Replace(ServiceDescriptor.Singleton(open));
        return this;
    }

    private void Add(string name, Func<Pipeline, IServiceProvider, object?> define, Action<PipelineOptions>? configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (Services.Any(service => service.ImplementationInstance is PipelineDefinition other && other.Name == name))
            throw new ArgumentException($"The host has a pipeline '{name}' already. Give each its own name.", nameof(name));
        Services.AddSingleton(new PipelineDefinition(name, define));
        var options = Services.AddOptionsWithValidateOnStart<PipelineOptions>(name)
            .BindConfiguration(OptionsCheck.Section).BindConfiguration(OptionsCheck.SectionOf(name));
        if (configure is not null) options.Configure(configure);
    }
}
