namespace Dataflow;

/// <summary>Decides how often a job restarts from its last checkpoint after a transient error
/// (<see cref="DataflowException.IsTransient"/>). All other errors end it at once.</summary>
public sealed record RestartPolicy
{
    /// <summary>The time without an error after which restarts count from 0 again.</summary>
    internal static readonly TimeSpan EndOfRow = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    private RestartPolicy(int max, TimeSpan delay) => (Max, Delay) = (max, delay);

    /// <summary>The first error ends the job: the default.</summary>
    public static RestartPolicy Never { get; } = new(0, TimeSpan.Zero);

    internal int Max { get; }

    internal TimeSpan Delay { get; }

    /// <summary>At most <paramref name="maxRestarts"/> restarts in a row, with delays that begin at <paramref name="firstDelay"/> and
    /// double up to a minute. A job that has run for ten minutes without an error begins a new row.</summary>
    public static RestartPolicy ExponentialDelay(int maxRestarts, TimeSpan firstDelay)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxRestarts);
        ArgumentOutOfRangeException.ThrowIfLessThan(firstDelay, TimeSpan.Zero);
        return new(maxRestarts, firstDelay);
    }

    /// <summary>Returns the delay before a restart, counted from 0 in its row; null: there is no restart after that error.</summary>
    internal TimeSpan? DelayBefore(int restart, Exception error)
    {
        if (restart >= Max || error is not DataflowException { IsTransient: true }) return null;
        return TimeSpan.FromSeconds(Math.Min(Delay.TotalSeconds * Math.Pow(2, restart), LongestDelay.TotalSeconds));
    }
}
