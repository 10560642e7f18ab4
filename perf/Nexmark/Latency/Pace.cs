using System.Diagnostics;

namespace Dataflow.Perf.Nexmark;

/// <summary>When each event is due, at a fixed rate from the first look on, whether or not anybody keeps up.</summary>
/// <param name="rate">Events per second.</param>
internal sealed class Pace(long rate)
{
    /// <summary>How often a reader without events looks for more: they come in bursts, as from a network.</summary>
    public static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(1);

    private long _start;

    /// <summary>How many events are due by now.</summary>
    public long EventsDue()
    {
        Interlocked.CompareExchange(ref _start, Stopwatch.GetTimestamp(), 0);
        return (long)(Elapsed.TotalSeconds * rate);
    }

    /// <summary>How long ago an event was due.</summary>
    public TimeSpan SinceEvent(long n) => Elapsed - TimeSpan.FromSeconds((double)n / rate);

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(Volatile.Read(ref _start));
}
