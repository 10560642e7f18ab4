namespace Dataflow.Async;

/// <summary>Decides which calls are retried, and when: exponential backoff with jitter.</summary>
internal sealed class Retries(AsyncOptions options)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    private Random? _jitter;

    /// <summary>Whether a call has failed and should be retried. If the user's code throws, its error becomes the call's.</summary>
    public bool AreWorthIt<TIn, TResult>(AsyncCall<TIn, TResult> call)
    {
        if (call.Attempts >= options.Attempts || call.Error(options.Timeout) is not { } error) return false;
        try
        {
            return options.RetryIf(error);
        }
        catch (Exception failure)
        {
            call.Result = Task.FromException<TResult>(failure);
            return false;
        }
    }

    public TimeSpan DelayAfter(int attempts, OperatorContext context)
    {
        // The clock as the seed: a run with a simulated clock can be repeated.
        _jitter ??= new Random(unchecked((int)context.Time.GetTimestamp() + context.Worker));
        var delay = Math.Min(options.RetryDelay.TotalSeconds * Math.Pow(2, attempts - 1), LongestDelay.TotalSeconds);
        return TimeSpan.FromSeconds(delay * (1 - (_jitter.NextDouble() / 2)));
    }
}
