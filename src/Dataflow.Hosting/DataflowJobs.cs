namespace Dataflow.Hosting;

/// <summary>The jobs of a host's pipelines, as a service. Any thread may use it.</summary>
public sealed class DataflowJobs
{
    internal DataflowJobs(IReadOnlyList<HostedPipeline> pipelines) => Pipelines = pipelines;

    /// <summary>The jobs that have started, in the order of their pipelines, also those that have ended since.</summary>
    public IReadOnlyCollection<Job> All => [.. Pipelines.Select(static pipeline => pipeline.Job).OfType<Job>()];

    internal IReadOnlyList<HostedPipeline> Pipelines { get; }

    /// <summary>Returns the job of a pipeline; it stays the same over restarts.</summary>
    /// <param name="pipeline">The pipeline's name.</param>
    /// <exception cref="ArgumentException">The host has no such pipeline; the message names those that it has.</exception>
    /// <exception cref="InvalidOperationException">The job has not started yet, or could not be started.</exception>
    public Job Get(string pipeline) => Of(pipeline) switch
    {
        { Job: { } job } => job,
        { Failure: { } error } => throw new InvalidOperationException($"Pipeline '{pipeline}' could not be started.", error),
        _ => throw new InvalidOperationException(
            $"Pipeline '{pipeline}' has not started yet: it opens its log or restores its state. Await WhenStartedAsync(\"{pipeline}\")."),
    };

    /// <summary>Waits until the job of a pipeline runs, and returns it.</summary>
    /// <param name="pipeline">The pipeline's name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">The host has no such pipeline; the message names those that it has.</exception>
    /// <exception cref="DataflowException">The job could not be started.</exception>
    /// <exception cref="OperationCanceledException">The host was stopped before, or <paramref name="cancellationToken"/> was
    /// cancelled.</exception>
    public Task<Job> WhenStartedAsync(string pipeline, CancellationToken cancellationToken = default)
        => Of(pipeline).Started.WaitAsync(cancellationToken);

    internal HostedPipeline Of(string pipeline)
        => Pipelines.FirstOrDefault(known => known.Name == pipeline) ?? throw new ArgumentException(
            $"The host has no pipeline '{pipeline}'. It has {string.Join(", ", Pipelines.Select(static known => $"'{known.Name}'"))}.",
            nameof(pipeline));
}
