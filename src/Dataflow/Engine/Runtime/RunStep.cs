using Dataflow.Runtime;

namespace Dataflow;

static partial class Verbs
{
    extension(Pipeline pipeline)
    {
        /// <summary>Runs the pipeline until its input ends or it is stopped, carrying on from its last checkpoint if there is
        /// one.</summary>
        /// <param name="options">Where and how to run; by default in <c>dataflow-data</c>, on all processors.</param>
        /// <param name="cancellationToken">Takes a last checkpoint and stops, as <see cref="Job.StopAsync"/> does; the task then completes
        /// without an error.</param>
        /// <exception cref="PlanException">The pipeline cannot run as it is written, or no longer fits its state.</exception>
        /// <exception cref="DataflowException">The error that stopped it; everything up to the last checkpoint is done.</exception>
        /// <example><code>
        /// await pipeline.RunAsync(options);
        /// </code></example>
        public async Task RunAsync(JobOptions? options = null, CancellationToken cancellationToken = default)
        {
            try
            {
                var job = await pipeline.StartAsync(options, cancellationToken).ConfigureAwait(false);
                await using (job.ConfigureAwait(false)) await job.Completion.ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return; // before the job ran: there is nothing to keep
            }
        }

        /// <summary>Starts the pipeline, carrying on from its last checkpoint if there is one, and returns once it runs.</summary>
        /// <param name="options">Where and how to run; by default in <c>dataflow-data</c>, on all processors.</param>
        /// <param name="cancellationToken">Takes a last checkpoint and stops, as <see cref="Job.StopAsync"/> does.</param>
        /// <exception cref="PlanException">The pipeline cannot run as it is written, or no longer fits its state.</exception>
        /// <exception cref="DataflowException">It cannot be started.</exception>
        /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled before the job ran.</exception>
        /// <example><code>
        /// await using (var job = await pipeline.StartAsync(options))
        /// {
        ///     await writer.WriteAsync(1, "first");
        ///     while (job.Status.RecordsRead &lt; 1) await Task.Delay(1);
        ///     await job.StopAsync(); // takes a last checkpoint; open windows stay open
        ///     Console.WriteLine(job.State);
        /// }
        /// </code></example>
        public async Task<Job> StartAsync(JobOptions? options = null, CancellationToken cancellationToken = default)
        {
            var given = options ?? new JobOptions();
            // Off the caller's context, once: the code inside need not think of it.
            var job = await Task.Run(() => StartFirstAsync(pipeline, given, cancellationToken), cancellationToken).ConfigureAwait(false);
            var registration = cancellationToken.Register(job.RequestStop);
            _ = job.Completion.ContinueWith(_ => registration.Dispose(), TaskScheduler.Default);
            return job;
        }
    }

    private static async Task<Job> StartFirstAsync(Pipeline pipeline, JobOptions options, CancellationToken cancellationToken)
    {
        var member = new JobMembership();
        var log = new JobLog(pipeline.Name, options.LoggerFactory);
        try
        {
            for (var restart = 0;; restart++)
            {
                try
                {
                    var run = await BuildAsync(restart, isSameJob: false, cancellationToken).ConfigureAwait(false);
                    var job = new Job(run, RunsAfter(restart));
                    run.RunOnThreads();
                    return job;
                }
                catch (Exception error) when (options.Restarts.DelayBefore(restart, error) is { } delay)
                {
                    log.Restarting(restart + 1, delay, error);
                    await Task.Delay(delay, options.Time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (Exception error)
        {
            if (error is not OperationCanceledException) log.Failed(error);
            await member.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        Runs RunsAfter(int restart)
            => new(
                options.Restarts, options.Time, restart, (restart, token) => BuildAsync(restart, isSameJob: true, token), member, log);

        Task<JobRun> BuildAsync(int restart, bool isSameJob, CancellationToken cancellationToken)
            => JobParts.BuildAsync(
                pipeline, options with { Restarted = restart, JobLog = log }, member, isSameJob, cancellationToken);
    }
}
