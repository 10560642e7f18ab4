using System.ComponentModel;

namespace Dataflow.Extensibility;

/// <summary>Finds the steps of a running job, for what reads them from outside.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class RunningSteps
{
    extension(Job job)
    {
        /// <summary>The running instances of a step, one for each worker, by <see cref="OperatorContext.Worker"/>; none where the job has
        /// no such step. From any thread.</summary>
        /// <remarks>What other threads may call is for the step to say: its state is read through
        /// <see cref="OperatorContext.ReadAsync"/>. Where the job starts again after an error (<see cref="JobOptions.Restarts"/>) there are
        /// others: ask again once these were closed.</remarks>
        /// <param name="step">The step.</param>
        /// <typeparam name="TStep">A type of its operator, such as an interface.</typeparam>
        public IReadOnlyList<TStep> StepsOf<TStep>(Node step)
            where TStep : class
        {
            ArgumentNullException.ThrowIfNull(job);
            ArgumentNullException.ThrowIfNull(step);
            return [.. job.Current.Tasks.Select(task => task.TryFind(step.Id)).OfType<TStep>()];
        }
    }
}
