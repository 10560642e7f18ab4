using Dataflow.Runtime;

namespace Dataflow;

/// <summary>Runs pipelines.</summary>
public static class RunStep
{
    extension(Pipeline pipeline)
    {
        /// <summary>Runs the pipeline until its input ends or it is stopped, carrying on from its last checkpoint if there is one.</summary>
        /// <param name="options">Where and how to run; by default in <c>dataflow-data</c>, on all processors.</param>
        /// <param name="stop">Takes a last checkpoint and stops, as <see cref="Job.StopAsync"/> does; the task then completes without an error.</param>
        /// <exception cref="PlanException">The pipeline cannot run as it is written, or no longer fits its state.</exception>
        /// <exception cref="DataflowException">What stopped it; all up to the last checkpoint is done.</exception>
        public async Task RunAsync(JobOptions? options = null, CancellationToken stop = default)
        {
            try
            {
                var job = await pipeline.StartAsync(options, stop).ConfigureAwait(false);
                await using (job.ConfigureAwait(false)) await job.Completion.ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return; // before it ran: nothing is to be kept
            }
        }

        /// <summary>Starts the pipeline, carrying on from its last checkpoint if there is one, and returns once it runs.</summary>
        /// <param name="options">Where and how to run; by default in <c>dataflow-data</c>, on all processors.</param>
        /// <param name="stop">Takes a last checkpoint and stops, as <see cref="Job.StopAsync"/> does.</param>
        /// <exception cref="PlanException">The pipeline cannot run as it is written, or no longer fits its state.</exception>
        /// <exception cref="DataflowException">It cannot be started.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="stop"/> was triggered before it ran.</exception>
        public async Task<Job> StartAsync(JobOptions? options = null, CancellationToken stop = default)
        {
            var given = options ?? new JobOptions();
            // Off the caller's context, once: nothing inside needs to think of it.
            var job = await Task.Run(() => StartFirstAsync(pipeline, given, stop), stop).ConfigureAwait(false);
            var registration = stop.Register(job.RequestStop);
            _ = job.Completion.ContinueWith(_ => registration.Dispose(), TaskScheduler.Default);
            return job;
        }
    }

    private static async Task<Job> StartFirstAsync(Pipeline pipeline, JobOptions options, CancellationToken stop)
    {
        for (var restart = 0;; restart++)
        {
            try
            {
                var job = await BuildAsync(restart, RestartsFrom(restart), stop).ConfigureAwait(false);
                job.RunOnThreads();
                return job;
            }
            catch (Exception error) when (options.Restarts.DelayBefore(restart, error) is { } delay)
            {
                await Task.Delay(delay, options.Time, stop).ConfigureAwait(false);
            }
        }

        Restarts? RestartsFrom(int restart) => options.Restarts.Most == 0
            ? null
            : new Restarts(options.Restarts, options.Time, restart, (number, giveUp) => BuildAsync(number, null, giveUp));

        Task<Job> BuildAsync(int number, Restarts? restarts, CancellationToken giveUp)
            => JobParts.BuildJobAsync(pipeline, options with { Restarted = number }, giveUp, restarts);
    }
}
