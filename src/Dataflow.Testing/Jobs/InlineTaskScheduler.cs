namespace Dataflow.Testing;

/// <summary>Runs every task at once on the thread that starts it, or holds it for later: a log that commits with it has no thread of its
/// own.</summary>
public sealed class InlineTaskScheduler : TaskScheduler
{
    private readonly Queue<Task> _held = [];
    private volatile bool _holds;

    /// <summary>Whether tasks are held until <see cref="RunHeld"/>, so that their work stays in progress for a while.</summary>
    public bool Holds
    {
        get => _holds;
        set => _holds = value;
    }

    /// <summary>Whether a task is held.</summary>
    public bool HasHeld => _held.Count > 0;

    /// <summary>Runs the held tasks, on the caller's thread.</summary>
    public void RunHeld()
    {
        while (_held.TryDequeue(out var task)) TryExecuteTask(task);
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        if (_holds) _held.Enqueue(task);
        else TryExecuteTask(task);
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => !_holds && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => _held;
}
