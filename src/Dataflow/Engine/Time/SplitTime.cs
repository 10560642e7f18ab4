using System.Buffers.Binary;

namespace Dataflow.Time;

/// <summary>The event time of a split, and since when it has been idle.</summary>
internal sealed class SplitTime
{
    private const string QuietPart = "quiet"; // since when it has been idle, and its watermark

    private readonly OperatorContext _step;
    private readonly SplitProgress _split;
    private readonly EventTimeOptions _options;
    private readonly long _quietBefore; // in ticks of the clock: how long it had been idle at the checkpoint
    private long _newest;
    private long _watermark = long.MinValue;
    private long _read;
    private long _lastActive;
    private bool _isLookedAt; // since the job started: before that it is not known to be idle
    private bool _isIdle;

    public SplitTime(OperatorContext step, SplitProgress split, EventTimeOptions options)
    {
        (_step, _split, _options) = (step, split, options);
        _newest = step.SavedWatermarks(split.Name).Max();
        // An idle time goes on over a restart: otherwise a job that often restarts would wait for an idle split for ever.
        var saved = step.SavedOfSplit(Name, QuietPart).Span;
        if (!saved.IsEmpty)
            _quietBefore = (long)(
                TimeSpan.FromTicks(BinaryPrimitives.ReadInt64LittleEndian(saved)).TotalSeconds * step.Time.TimestampFrequency);
        // Earlier versions saved no watermark.
        if (saved.Length > sizeof(long)) _watermark = BinaryPrimitives.ReadInt64LittleEndian(saved[sizeof(long)..]);
    }

    public int Id => _split.Id;

    public string Name => _split.Name;

    public long Newest => _newest;

    public long Watermark => _watermark;

    /// <summary>Returns the split's part in the watermark now.</summary>
    /// <param name="newest">The time of its newest record.</param>
    /// <param name="watermark">Its watermark.</param>
    /// <param name="now">The clock's timestamp.</param>
    public InputTime Look(long newest, long watermark, long now)
    {
        if (!_isLookedAt)
        {
            _lastActive = now - _quietBefore;
            _isLookedAt = _split.IsCaughtUp;
        }

        if (newest != _newest || _split.Read != _read || _split.IsHeldBack)
        {
            (_newest, _read, _lastActive) = (newest, _split.Read, now);
            (_isIdle, _isLookedAt) = (false, true);
        }

        _isIdle |= _split.IsFinished || (_split.IsCaughtUp && _step.Time.GetElapsedTime(_lastActive, now) >= _options.IdleAfter);
        _watermark = watermark;
        if (watermark > long.MinValue) _split.WatermarkMs = watermark;
        _split.IsIdle = _isIdle;
        return new(watermark, _isIdle ? Idleness.Since(watermark, _newest, _step.Time, _lastActive) : default);
    }

    /// <param name="checkpoint">The checkpoint to add to.</param>
    /// <param name="newest">The time of its newest record, which may have come since the last look, as the next.</param>
    /// <param name="watermark">Its watermark.</param>
    public void Capture(StepCheckpoint checkpoint, long newest, long watermark)
    {
        checkpoint.SaveWatermarkOfSplit(Name, newest);
        Span<byte> times = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(times, _step.Time.GetElapsedTime(_lastActive).Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(times[sizeof(long)..], watermark);
        checkpoint.SaveOfSplit(Name, QuietPart, times);
    }
}
