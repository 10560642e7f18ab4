using System.ComponentModel;
using Dataflow.Runtime;

namespace Dataflow.Extensibility;

/// <summary>Finds the steps of a running job, for code that reads them from outside.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RunningSteps
{
    extension(Job job)
    {
        /// <summary>Returns the running instances of a step, one for each worker, by <see cref="OperatorContext.Worker"/>; none if the job
        /// has no such step. May be called on any thread.</summary>
        /// <remarks>The step decides which of its members other threads may call: read its state through
        /// <see cref="OperatorContext.ReadAsync"/>. If the job restarts after an error (<see cref="JobOptions.Restarts"/>) there are new
        /// instances: call this again once these were closed.</remarks>
        /// <param name="step">The step.</param>
        /// <typeparam name="TStep">A type of its operator, such as an interface.</typeparam>
        public IReadOnlyList<TStep> StepsOf<TStep>(Node step)
            where TStep : class
        {
            ArgumentNullException.ThrowIfNull(job);
            ArgumentNullException.ThrowIfNull(step);
            return [.. job.Current.Tasks.Select(task => task.TryFind(step.Id)).OfType<TStep>()];
        }

        /// <summary>Reads the instance of a step that has a key, such as the key's state, between two batches of records. May be called on
        /// any thread.</summary>
        /// <remarks>Runs at once on the caller's thread if the step's worker is idle, else on the worker's thread after the current
        /// batch.</remarks>
        /// <param name="step">A step on a keyed stream.</param>
        /// <param name="key">The key.</param>
        /// <param name="read">Reads and copies; must be quick and change nothing.</param>
        /// <param name="cancellationToken">Ends the wait.</param>
        /// <typeparam name="TStep">A type of the step's operator, such as an interface.</typeparam>
        /// <typeparam name="TKey">The type of the stream's keys.</typeparam>
        /// <typeparam name="TResult">The type of what is read.</typeparam>
        /// <exception cref="InvalidOperationException">The job has no such step.</exception>
        /// <exception cref="KeyElsewhereException">Another process that shares the pipeline has the key.</exception>
        /// <exception cref="OperationCanceledException">The job has ended, or <paramref name="cancellationToken"/> was
        /// cancelled.</exception>
        /// <example><code>
        /// public Task&lt;long> GetAsync(Job job, TKey key)
        ///     => job.ReadAsync(Step!, key, (ITallies&lt;TKey> tally, OperatorContext _) => tally.Get(key));
        /// </code></example>
        public Task<TResult> ReadAsync<TStep, TKey, TResult>(
            Node step, TKey key, Func<TStep, OperatorContext, TResult> read, CancellationToken cancellationToken = default)
            where TStep : class
            where TKey : notnull
        {
            ArgumentNullException.ThrowIfNull(job);
            ArgumentNullException.ThrowIfNull(step);
            ArgumentNullException.ThrowIfNull(read);
            var run = job.Current;
            using var scope = run.Plan.Serdes.Enter();
            return ReadAsync(run.Workers[run.WorkerOf(KeyCodec<TKey>.Default.Hash(key))], step, read, cancellationToken);
        }

        /// <summary>Reads every instance of a step in turn, in the order of workers: each between two of its own batches.</summary>
        /// <inheritdoc cref="ReadAsync{TStep, TKey, TResult}(Job, Node, TKey, Func{TStep, OperatorContext, TResult}, CancellationToken)"/>
        public async Task<IReadOnlyList<TResult>> ReadAllAsync<TStep, TResult>(
            Node step, Func<TStep, OperatorContext, TResult> read, CancellationToken cancellationToken = default)
            where TStep : class
        {
            ArgumentNullException.ThrowIfNull(job);
            ArgumentNullException.ThrowIfNull(step);
            ArgumentNullException.ThrowIfNull(read);
            var all = new List<TResult>();
            for (var worker = 0; worker < job.Current.Workers.Count; worker++)
                all.Add(await ReadAsync(job.Current.Workers[worker], step, read, cancellationToken).ConfigureAwait(false));
            return all;
        }
    }

    private static Task<TResult> ReadAsync<TStep, TResult>(
        Worker worker, Node step, Func<TStep, OperatorContext, TResult> read, CancellationToken cancellationToken)
        where TStep : class
        => worker.AskAsync(
            tasks =>
            {
                foreach (var task in tasks)
                {
                    if (task.InstanceOf(step.Id) is { Step: TStep found, Context: var context }) return read(found, context);
                }

                throw new InvalidOperationException(
                    $"The job has no step '{step.Name}' of type {TypeNames.Of(typeof(TStep))}. Read a step of the pipeline that the job "
                    + "runs.");
            },
            cancellationToken);
}
