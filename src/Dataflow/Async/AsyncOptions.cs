namespace Dataflow;

/// <summary>The options of a step that makes asynchronous calls: concurrency, order of results, timeout, retries and rate.</summary>
public sealed record AsyncOptions
{
    /// <summary>The largest number of records in flight per worker, from the start of a call until its result is emitted. Default
    /// 16.</summary>
    public int Concurrency
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(Concurrency));
            field = value;
        }
    } = 16;

    /// <summary>Whether results are emitted in the order of the input: on a keyed stream within each key, on a plain stream within each
    /// worker. If false, each result is emitted as soon as it is available. Default true.</summary>
    /// <remarks>Unordered results never overtake a watermark, so lateness does not change.</remarks>
    public bool KeepsOrder { get; init; } = true;

    /// <summary>The time after which a call without an answer fails with a <see cref="TimeoutException"/>; its token is cancelled. Default
    /// null: no timeout.</summary>
    public TimeSpan? Timeout
    {
        get;
        init
        {
            if (value is { } span) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(span, TimeSpan.Zero, nameof(Timeout));
            field = value;
        }
    }

    /// <summary>The largest number of attempts per call. Default 1: a failed call is not retried.</summary>
    public int Attempts
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(Attempts));
            field = value;
        }
    } = 1;

    /// <summary>The delay before the first retry. It doubles each time, up to 30 s; up to half of it is left out at random, so that calls
    /// that failed together are not retried together. Default 100 ms.</summary>
    public TimeSpan RetryDelay
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, nameof(RetryDelay));
            field = value;
        }
    } = TimeSpan.FromMilliseconds(100);

    /// <summary>Decides which errors are retried; called on the task's thread. Default: all.</summary>
    public Func<Exception, bool> RetryIf { get; init; } = static _ => true;

    /// <summary>The largest number of calls per second, of all workers of the job together, retries included. Calls are spread evenly: at
    /// most a tenth of a second's calls start at once. Default null: unlimited.</summary>
    public double? CallsPerSecond
    {
        get;
        init
        {
            if (value is { } rate) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate, nameof(CallsPerSecond));
            field = value;
        }
    }

    /// <summary>A short text of the options, for <see cref="Node.Detail"/> of a step that has them.</summary>
    public string Detail => string.Join(", ", Parts());

    private IEnumerable<string> Parts()
    {
        yield return $"{Concurrency} in flight";
        if (!KeepsOrder) yield return "in any order";
        if (Timeout is { } timeout) yield return $"timeout {timeout}";
        if (Attempts > 1) yield return $"{Attempts} attempts";
        if (CallsPerSecond is { } rate) yield return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{rate} calls/s");
    }
}
