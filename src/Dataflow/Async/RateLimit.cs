namespace Dataflow.Async;

/// <summary>Gives the calls of a step, in all workers, their moments: the generic cell rate algorithm of ITU-T I.371, which
/// is a token bucket without tokens. From any thread.</summary>
internal sealed class RateLimit
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _interval;
    private readonly long _slack; // who was idle or woken late may make up for this much
    private long _next;

    public RateLimit(double callsPerSecond, TimeProvider time)
    {
        _time = time;
        _interval = Math.Max(1, (long)(time.TimestampFrequency / callsPerSecond));
        _slack = Math.Max(0, (time.TimestampFrequency / 10) - _interval);
        _next = time.GetTimestamp();
    }

    /// <summary>Reserves the next call's moment; returns how long to wait for it.</summary>
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
