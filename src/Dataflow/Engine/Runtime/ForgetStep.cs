using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Runtime;

namespace Dataflow;

static partial class Verbs
{
    extension(Pipeline pipeline)
    {
        /// <summary>Deletes the pipeline's checkpoints, state and snapshots, all or nothing, so that its next start begins anew.</summary>
        /// <remarks>Only the pipeline's name counts. Does nothing where it has never run. The pipeline's output stays, dead letters
        /// included: the next start writes its output again, behind what is there.</remarks>
        /// <param name="options">The log or directory that it runs on; by default <c>dataflow-data</c>.</param>
        /// <param name="cancellationToken">Ends the wait; everything may be deleted all the same.</param>
        /// <exception cref="CheckpointException">A job of the pipeline runs on the log.</exception>
        /// <exception cref="LogException">The log cannot be opened or written.</exception>
        /// <example><code>
        /// await pipeline.RunAsync(options); // carries on from its last checkpoint: nothing is left to read
        /// Console.WriteLine("forget");
        /// await pipeline.ForgetAsync(options);
        /// await pipeline.RunAsync(options); // from the start
        /// </code></example>
        public async Task ForgetAsync(JobOptions? options = null, CancellationToken cancellationToken = default)
        {
            options ??= new JobOptions();
            PartitionedLog log = options.Log ?? LogStore.Open(options.Directory);
            try
            {
                if (JobRun.Exists(log, pipeline.Name)) throw CheckpointException.CannotForget(pipeline.Name);
                if (!CheckpointTopics.Exist(log, pipeline.Name)) return;
                var topics = await CheckpointTopics.OpenAsync(
                    log, pipeline.Name, owner: pipeline.Name, writesDeadLetters: false, cancellationToken).ConfigureAwait(false);
                await log.FenceAsync(pipeline.Name, cancellationToken).ConfigureAwait(false);
                await topics.ForgetAsync(options.Time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                if (options.Log is null) await log.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
