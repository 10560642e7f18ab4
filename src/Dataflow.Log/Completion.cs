namespace Dataflow.Log;

/// <summary>Something that somebody waits for and may give up waiting for.</summary>
/// <remarks>
/// Who waits goes on where its own scheduler says, straight from the thread that completes; <see cref="Task.WaitAsync(CancellationToken)"/>
/// would go through the thread pool, which a simulation cannot replay. No code of a waiter runs inside the one who completes.
/// </remarks>
internal sealed class Completion
{
    private readonly TaskCompletionSource _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _giveUp;

    public Completion(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled) _giveUp = cancellationToken.UnsafeRegister(static (completion, token) => ((Completion)completion!)._source.TrySetCanceled(token), this);
    }

    public Task Task => _source.Task;

    /// <summary>Ends the time in which waiting can be given up; false if it was.</summary>
    public bool TryClaim() => !Task.IsCompleted && (_giveUp == default || _giveUp.Unregister());

    public void Succeed()
    {
        _giveUp.Unregister();
        _source.TrySetResult();
    }

    public void Fail(Exception error)
    {
        _giveUp.Unregister();
        _source.TrySetException(error);
    }
}
