namespace Dataflow;

/// <summary>How a step makes calls that take a while: how many at once, in which order their results go on, and what becomes
/// of calls that fail.</summary>
public sealed record AsyncOptions
{
    /// <summary>How many records may be on their way in one worker, from the start of a call until its result has gone on.
    /// Default 16.</summary>
    public int Concurrency
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(Concurrency));
            field = value;
        }
    } = 16;

    /// <summary>Whether results go on in the order of the input: on a keyed stream the records of each key, on a plain stream
    /// all records of a worker. If not, each goes on once it is there. Default true.</summary>
    /// <remarks>Even without order no record passes a watermark, so what is late stays late and what is not is not made so.</remarks>
    public bool KeepsOrder { get; init; } = true;

    /// <summary>After how long a call that has not answered has failed, with a <see cref="TimeoutException"/>; its token is
    /// cancelled. Null, the default: never.</summary>
    public TimeSpan? Timeout
    {
        get;
        init
        {
            if (value is { } span) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(span, TimeSpan.Zero, nameof(Timeout));
            field = value;
        }
    }

    /// <summary>How many times a call is made at most. Default 1: a call that fails is not made again.</summary>
    public int Attempts
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(Attempts));
            field = value;
        }
    } = 1;

    /// <summary>How long to wait before a call is made again. It doubles each time, up to 30 s; up to half of it is left out
    /// at random, so that calls that failed together do not come back together. Default 100 ms.</summary>
    public TimeSpan RetryDelay
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, nameof(RetryDelay));
            field = value;
        }
    } = TimeSpan.FromMilliseconds(100);

    /// <summary>Which failures are worth another attempt; called on the task's thread. Default: all.</summary>
    public Func<Exception, bool> RetryIf { get; init; } = static _ => true;

    /// <summary>How many calls all workers of the job together make in a second at most, those made again included. They are
    /// spread evenly: no more than a tenth of a second's calls come at once. Null, the default: as many as they can.</summary>
    public double? CallsPerSecond
    {
        get;
        init
        {
            if (value is { } rate) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rate, nameof(CallsPerSecond));
            field = value;
        }
    }

    /// <summary>The options in a few words, for <see cref="Node.Detail"/> of a step that has them.</summary>
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
