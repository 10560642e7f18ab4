namespace Dataflow.Testing;

/// <summary>Runs every task at once on the thread that starts it, or keeps it for later: a log that commits by it has no thread of
/// its own.</summary>
public sealed class InlineTaskScheduler : TaskScheduler
{
    private readonly Queue<Task> _held = [];
    private volatile bool _holds;

    /// <summary>Whether tasks are kept until <see cref="RunHeld"/>, so that what they do is under way for a while.</summary>
    public bool Holds
    {
        get => _holds;
        set => _holds = value;
    }

    /// <summary>Whether a task is kept.</summary>
    public bool HasHeld => _held.Count > 0;

    /// <summary>Runs what is kept, on the caller's thread.</summary>
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
