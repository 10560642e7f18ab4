namespace Dataflow.Testing;

/// <summary>Runs every task at once on the thread that starts it: a log that commits by it has no thread of its own.</summary>
public sealed class InlineTaskScheduler : TaskScheduler
{
    /// <inheritdoc/>
    protected override void QueueTask(Task task) => TryExecuteTask(task);

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
