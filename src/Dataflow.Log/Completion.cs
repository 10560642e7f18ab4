namespace Dataflow.Log;

/// <summary>A completion that a caller waits for and may stop waiting for.</summary>
/// <remarks>The waiting code continues on its own scheduler, directly from the thread that completes;
/// <see cref="Task.WaitAsync(CancellationToken)"/> would go through the thread pool, which a simulation cannot replay. No waiting code runs
/// inside the completing code.</remarks>
internal sealed class Completion
{
    private readonly TaskCompletionSource _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _giveUp;

    public Completion(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
            _giveUp = cancellationToken.UnsafeRegister(
                static (completion, token) => ((Completion)completion!)._source.TrySetCanceled(token), this);
    }

    public Task Task => _source.Task;

    /// <summary>Ends the time in which the wait can be cancelled; false if it was.</summary>
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
