using System.Buffers.Binary;
using Dataflow.Runtime;

namespace Dataflow;

/// <summary>Stamps records with their event time and derives the watermark from the newest of each split.</summary>
internal sealed class EventTimeOperator<T>(Func<T, long> time, TimeSpan lateness, TimeSpan idleAfter) : Operator<T, T>, IKnowsTime
{
    private readonly long _latenessMs = (long)lateness.TotalMilliseconds;
    private long[] _newest = []; // by split id + 1; the first is for records of no known split
    private long[] _newestSeen = [];
    private long[] _lastActive = [];
    private IReadOnlyList<SplitProgress> _splits = [];
    private long _watermark = long.MinValue;

    public long Watermark => _watermark;

    internal override bool IsOneToOne => true;

    public override void Process(in Record<T> record)
    {
        long timestamp;
        try
        {
            timestamp = time(record.Value);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        ref var newest = ref _newest[record.Origin.Split + 1];
        if (timestamp > newest) newest = timestamp;
        Emit(record with { Timestamp = timestamp });
    }

    /// <summary>From upstream comes only the end of the input; time is made here.</summary>
    public override void Advance(long watermark)
    {
        if (watermark != long.MaxValue) return;
        Context.Task.Job.NewestAtEnd.AddOrUpdate(
            Context.NodeId, static (_, newest) => newest, static (_, others, newest) => Math.Max(others, newest), _newest.Max());
        MoveTo(long.MaxValue);
    }

    public override void EndOfBatch()
    {
        var now = Context.Time.GetTimestamp();
        var least = long.MaxValue;
        var newest = long.MinValue;
        var lastActive = long.MinValue;
        foreach (var split in _splits)
        {
            if (split.IsFinished) continue;
            var slot = split.Id + 1;
            var isActive = IsActive(slot, split, now);
            if (isActive) least = Math.Min(least, _newest[slot]);
            Show(split, _newest[slot], isActive);
            newest = Math.Max(newest, _newest[slot]);
            lastActive = Math.Max(lastActive, _lastActive[slot]);
        }

        if (least == long.MaxValue) least = AllQuiet(newest, Context.Time.GetElapsedTime(Math.Max(lastActive, 0), now));
        if (least > long.MinValue + _latenessMs) MoveTo(least - _latenessMs);
    }

    internal override void Capture(TaskCheckpoint checkpoint)
    {
        foreach (var split in _splits) checkpoint.SaveWatermark($"{Context.Name}/{split.Name}", _newest[split.Id + 1]);
    }

    protected override void Open()
    {
        var count = Context.Task.Job.SplitCount + 1;
        _newest = Enumerable.Repeat(long.MinValue, count).ToArray();
        _newestSeen = Enumerable.Repeat(long.MinValue, count).ToArray();
        _lastActive = Enumerable.Repeat(Context.Time.GetTimestamp(), count).ToArray();
        _splits = Context.Task.SplitsAbove(Context.NodeId);
        foreach (var split in _splits) _newest[split.Id + 1] = Context.SavedWatermark(split.Name);
    }

    private bool IsActive(int slot, SplitProgress split, long now)
    {
        if (_newest[slot] != _newestSeen[slot] || !split.IsCaughtUp)
        {
            _newestSeen[slot] = _newest[slot];
            _lastActive[slot] = now;
        }

        return Context.Time.GetElapsedTime(_lastActive[slot], now) < idleAfter;
    }

    private void Show(SplitProgress split, long newest, bool isActive)
    {
        if (newest > long.MinValue + _latenessMs) split.WatermarkMs = newest - _latenessMs;
        split.IsIdle = !isActive;
    }

    private static long AllQuiet(long newest, TimeSpan quiet)
        => newest == long.MinValue ? long.MinValue : newest + (long)quiet.TotalMilliseconds;

    private void MoveTo(long watermark)
    {
        if (watermark <= _watermark) return;
        _watermark = watermark;
        base.Advance(watermark);
    }
}
