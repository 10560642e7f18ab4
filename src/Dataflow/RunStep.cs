using Dataflow.Runtime;

namespace Dataflow;

/// <summary>Runs pipelines.</summary>
public static class RunStep
{
    extension(Pipeline pipeline)
    {
        /// <summary>Runs the pipeline until its input ends, carrying on from its last checkpoint if there is one.</summary>
        /// <param name="options">Where and how to run; by default in <c>dataflow-data</c>, on all processors.</param>
        /// <param name="stop">Takes a last checkpoint and stops.</param>
        /// <exception cref="PlanException">The pipeline cannot run as it is written, or no longer fits its state.</exception>
        /// <exception cref="DataflowException">What stopped it; all up to the last checkpoint is done.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="stop"/> was triggered.</exception>
        public async Task RunAsync(JobOptions? options = null, CancellationToken stop = default)
        {
            options ??= new JobOptions();
            for (var restart = 0;; restart++)
            {
                try
                {
                    await pipeline.RunOnceAsync(options with { Restarted = restart }, stop).ConfigureAwait(false);
                    return;
                }
                catch (Exception error) when (options.Restarts.DelayBefore(restart, error) is { } delay)
                {
                    await Task.Delay(delay, options.Time, stop).ConfigureAwait(false);
                }
            }
        }

        private async Task RunOnceAsync(JobOptions options, CancellationToken stop)
        {
            var job = await pipeline.StartAsync(options, stop).ConfigureAwait(false);
            await using (job.ConfigureAwait(false))
            await using (stop.Register(job.Coordinator.RequestStop).ConfigureAwait(false))
            {
                await job.Completion.ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
            }
        }

        /// <summary>Starts the pipeline and returns once it runs.</summary>
        /// <inheritdoc cref="RunStep.extension(Pipeline).RunAsync"/>
        public async Task<Job> StartAsync(JobOptions? options = null, CancellationToken stop = default)
        {
            // Off the caller's context, once: nothing inside needs to think of it.
            return await Task.Run(
                async () =>
                {
                    var job = await JobParts.BuildJobAsync(pipeline, options ?? new JobOptions(), stop).ConfigureAwait(false);
                    job.RunOnThreads();
                    return job;
                },
                stop).ConfigureAwait(false);
        }
    }
}
