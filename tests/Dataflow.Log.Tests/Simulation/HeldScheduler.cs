namespace Dataflow.Log.Tests.Simulation;

/// <summary>Runs tasks at once on the caller's thread or, while it holds them, when they are released.</summary>
internal sealed class HeldScheduler : TaskScheduler
{
    private readonly Queue<Task> _held = [];
    private bool _holds;

    /// <summary>Keeps what is queued from now on, so that several commits wait for the same group.</summary>
    public void Hold() => _holds = true;

    public void Release()
    {
        _holds = false;
        while (_held.TryDequeue(out var task)) TryExecuteTask(task);
    }

    protected override void QueueTask(Task task)
    {
        if (_holds) _held.Enqueue(task);
        else TryExecuteTask(task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
        => !_holds && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _held;
}
