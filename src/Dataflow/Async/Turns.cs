namespace Dataflow.Async;

/// <summary>Paces one worker's calls under a rate limit: waits for the moment of the next.</summary>
internal sealed class Turns(RateLimit limit, OperatorContext context)
{
    private Task? _next;

    /// <summary>Whether a call may be made now; if not, the worker is woken when it may.</summary>
    public bool TryTake()
    {
        if (_next is null)
        {
            var wait = limit.Reserve();
            if (wait == TimeSpan.Zero) return true;
            _next = Task.Delay(wait, context.Time, context.Stopping);
            _next.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(context.Wake);
        }

        if (!_next.IsCompleted) return false;
        _next = null;
        return true;
    }
}
