namespace Dataflow.Log.Tests;

/// <summary>Runs every task at once on the thread that starts it.</summary>
internal sealed class InlineScheduler : TaskScheduler
{
    protected override void QueueTask(Task task) => TryExecuteTask(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}

/// <summary>Keeps tasks until the test runs them.</summary>
internal sealed class HeldScheduler : TaskScheduler
{
    private readonly Queue<Task> _tasks = [];

    public void RunAll()
    {
        while (_tasks.TryDequeue(out var task)) TryExecuteTask(task);
    }

    protected override void QueueTask(Task task) => _tasks.Enqueue(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => _tasks;
}
