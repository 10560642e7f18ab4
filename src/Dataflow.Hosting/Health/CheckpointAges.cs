using System.Collections.Concurrent;

namespace Dataflow.Hosting.Health;

/// <summary>The ages of the newest checkpoints, over restarts: a job that restarts before each checkpoint grows old too.</summary>
internal sealed class CheckpointAges(TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ConcurrentDictionary<string, long> _newest = new(StringComparer.Ordinal); // timestamps

    /// <summary>Returns the time since the newest checkpoint that was seen, or since the first call.</summary>
    public TimeSpan Of(string pipeline, TimeSpan? sinceLast)
    {
        var now = _time.GetTimestamp();
        if (sinceLast is { } age)
        {
            _newest[pipeline] = now - (long)(age.TotalSeconds * _time.TimestampFrequency);
            return age;
        }

        return _time.GetElapsedTime(_newest.GetOrAdd(pipeline, now));
    }
}
