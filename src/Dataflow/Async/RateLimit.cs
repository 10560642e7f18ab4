namespace Dataflow.Async;

/// <summary>Limits the rate of a step's calls over all workers: the generic cell rate algorithm of ITU-T I.371, which is a token bucket
/// without tokens. Safe for any thread.</summary>
internal sealed class RateLimit
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _interval;
    private readonly long _slack; // the delay that an idle or late caller may make up for
    private long _next;

    public RateLimit(double callsPerSecond, TimeProvider time)
    {
        _time = time;
        _interval = Math.Max(1, (long)(time.TimestampFrequency / callsPerSecond));
        _slack = Math.Max(0, (time.TimestampFrequency / 10) - _interval);
        _next = time.GetTimestamp();
    }

    /// <summary>Reserves the moment of the next call; returns the time to wait for it.</summary>
    public TimeSpan Reserve()
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            var moment = Math.Max(_next, now - _slack);
            _next = moment + _interval;
            return moment <= now ? TimeSpan.Zero : _time.GetElapsedTime(now, moment);
        }
    }}
