using System.ComponentModel;

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
    }
}
