using Dataflow.Checkpoints;
using Dataflow.Log;

namespace Dataflow;

/// <summary>Lets a pipeline begin anew.</summary>
public static class ForgetStep
{
    extension(Pipeline pipeline)
    {
        /// <summary>Forgets the pipeline's checkpoints, state and snapshots, all or nothing, so that its next start begins anew.</summary>
        /// <remarks>Only its name counts. Nothing happens where it has never run. What it wrote stays, its dead letters included: the
        /// next start writes it again, behind what is there.</remarks>
        /// <param name="options">The log or directory that it runs on; by default <c>dataflow-data</c>.</param>
        /// <param name="stop">Gives up; all may be forgotten all the same.</param>
        /// <exception cref="CheckpointException">A job of the pipeline runs on the log.</exception>
        /// <exception cref="LogException">The log cannot be opened or written.</exception>
        public async Task ForgetAsync(JobOptions? options = null, CancellationToken stop = default)
        {
            options ??= new JobOptions();
            var log = options.Log ?? LogStore.Open(options.Directory);
            try
            {
                if (Job.Runs(log, pipeline.Name)) throw CheckpointException.CannotForget(pipeline.Name);
                if (!CheckpointTopics.Exist(log, pipeline.Name)) return;
                var topics = await CheckpointTopics.OpenAsync(log, pipeline.Name, writesDeadLetters: false, stop).ConfigureAwait(false);
                await topics.ForgetAsync(options.Time.GetUtcNow(), stop).ConfigureAwait(false);
            }
            finally
            {
                if (options.Log is null) await log.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
