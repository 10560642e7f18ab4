namespace Dataflow.Hosting;

/// <summary>A pipeline as it was added to the services, before there is a container.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Define">Adds its steps; returns what readers are opened with.</param>
internal sealed record PipelineDefinition(string Name, Func<Pipeline, IServiceProvider, object?> Define);
