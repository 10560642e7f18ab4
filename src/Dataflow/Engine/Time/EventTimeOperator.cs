using System.Buffers;
using Dataflow.State;
using Dataflow.Time;

namespace Dataflow;

/// <summary>Assigns event time to records and combines the watermarks of the splits.</summary>
/// <remarks>It is the engine's, and no step that others could write: it knows the splits that its task reads, agrees with all workers, and
/// looks and tells in phases that all such steps of a task share (<see cref="IMakesTime"/>). What users decide of a watermark, that of one
/// split, is a <see cref="WatermarkGenerator{T, TState}"/>.</remarks>
/// <param name="time">Selects the time of a value.</param>
/// <param name="watermarks">Generates the watermark of a split.</param>
/// <param name="options">The user's options.</param>
/// <param name="sources">Names the sources whose event time it assigns: steps of one name have different sources.</param>
internal sealed class EventTimeOperator<T, TState>(
    Selector<T, long> time, WatermarkGenerator<T, TState> watermarks, EventTimeOptions options, string sources)
    : Operator<T, T>, IMakesTime
{
    private const string StateName = "watermarks";

    private readonly bool _goesByNewest = watermarks.GoesByNewest;
    private long[] _newest = []; // by split id + 1, as the next two; the first is for records of no known split
    private long[] _watermarks = [];
    private TState[] _states = [];
    private SplitTime[] _splits = [];
    private InputTime[] _times = []; // of the splits
    private long[] _idleAt = []; // the watermarks of idle splits, by split id + 1; MaxValue: not idle
    private KnownTimes _known = null!; // set by Open, as the next two
    private TimeOfWorkers _workers = null!;
    private ToldTime _told = null!;
    private InputTime _agreed = InputTime.None;
    private long _oldest = long.MaxValue; // of those that were not late in their split, since the start
    private ulong _range; // the distance from the smallest allowed time to the greatest
    private bool _isEnded;
    private bool _isPlain; // of a record only the time counts: no split is idle, and the generator is not asked for each

    public long Watermark => _told.Last.Watermark;

    public override bool IsDrained => !_isEnded || Watermark == long.MaxValue;

    public override bool MayCapture => true;

    public override bool IsOneToOne => true;

    public override void Process(in Record<T> record)
    {
        long timestamp;
        try
        {
            timestamp = time.Of(in record.ValueRef());
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        if (unchecked((ulong)(timestamp - TimeRange.Min)) > _range && !IsAllowed(timestamp, in record)) return;
        if (timestamp < _oldest) TakeOldest(record.Origin.Split + 1, timestamp);
        if (!_isPlain && !IsTaken(in record, timestamp)) return;
        ref var newest = ref _newest[record.Origin.Split + 1];
        if (timestamp > newest) newest = timestamp;
        Record<T>.Begin(timestamp, record.Origin, out var timed) = record.ValueRef();
        Emit(in timed);
    }

    /// <summary>Handles the end of the input; other watermarks are made here, none comes from upstream.</summary>
    public override void Advance(long watermark)
    {
        if (watermark != long.MaxValue) return;
        _known.LearnNewestAtEnd(_newest.Max());
        _isEnded = true;
    }

    /// <summary>Ignores idleness from upstream, which is made here too.</summary>
    public override void Idle(Idleness idleness)
    {
    }

    public void Look()
    {
        if (options.MaxAhead is not null) SetRange();
        var now = Context.Time.GetTimestamp();
        for (var i = 0; i < _splits.Length; i++)
        {
            var split = _splits[i].Id + 1;
            RaiseByNewest(split);
            _times[i] = _splits[i].Look(_newest[split], _watermarks[split], now);
            _idleAt[split] = _times[i].IsIdle ? _times[i].Watermark : long.MaxValue;
        }

        var own = _splits.Length > 0 ? InputTime.OfInputs(_times) : new(long.MinValue, Idleness.WithoutTime);
        _idleAt[0] = own.IsIdle ? own.Watermark : long.MaxValue;
        _isPlain = _goesByNewest && !_idleAt.AsSpan().ContainsAnyExcept(long.MaxValue);
        var isNews = _isEnded
            ? _workers.End(Context.Worker, own)
            : _workers.Say(Context.Worker, own, Context.Task.Worker.HasLookedAtQuietSplits);
        if (isNews) Context.Task.Job.WakeWorkers();
        _agreed = _workers.Agreed;
    }

    public void Tell() => _told.Tell(options.AdvancesWhenQuiet ? Quiet(_agreed) : _agreed);

    public override void Capture(StepCheckpoint checkpoint)
    {
        foreach (var split in _splits)
        {
            split.Capture(checkpoint, _newest[split.Id + 1], _watermarks[split.Id + 1]);
            if (!_goesByNewest) SaveState(checkpoint, split);
        }

        checkpoint.SaveWatermark(Watermark, sources);
    }

    protected override void Declare(StepDeclaration declare)
    {
        declare.EventTime(() => Watermark);
        if (!_goesByNewest) declare.OfSplits<TState>(StateName);
    }

    protected override void Open()
    {
        _splits = [.. Context.Task.SplitsAbove(Context.NodeId).Select(split => new SplitTime(Context, split, options))];
        _times = new InputTime[_splits.Length];
        _newest = Enumerable.Repeat(long.MinValue, Context.Task.Job.Splits.Count + 1).ToArray();
        _idleAt = Enumerable.Repeat(long.MaxValue, _newest.Length).ToArray();
        (_watermarks, _states) = ([.. _newest], new TState[_newest.Length]);
        _states[0] = watermarks.Create();
        foreach (var split in _splits)
        {
            var at = split.Id + 1;
            (_newest[at], _watermarks[at]) = (split.Newest, split.Watermark);
            _states[at] = Context.SavedOfSplit(split.Name, StateName, watermarks.Create);
        }

        _known = Context.Task.Job.KnownTimesOf(Context.NodeId);
        _workers = Context.Shared(() => new TimeOfWorkers(Context.Workers, Context.Task.Job.Plan.MakesTimeInStages > 1));
        _told = new(base.Advance, base.Idle, from: Context.SavedWatermarks(sources).Min());
        SetRange();
    }

    /// <summary>Advances with the clock where all splits are idle; then no window emits a result before its time.</summary>
    private InputTime Quiet(InputTime all)
        => all.IsIdle
            ? new(Math.Max(all.Watermark, all.Idleness.TimeAt(Context.Time)), Idleness.WithoutTime with { Spell = all.Idleness.Spell })
            : all;

    private bool IsTaken(in Record<T> record, long timestamp)
    {
        if (!_goesByNewest && !IsAdded(in record, timestamp)) return false;
        if (_idleAt[record.Origin.Split + 1] < long.MaxValue) TakeFirst(record.Origin.Split);
        return true;
    }

    /// <summary>Adds a record to the state of its split; false: the generator failed, and the record is rejected.</summary>
    private bool IsAdded(in Record<T> record, long timestamp)
    {
        var split = record.Origin.Split + 1;
        try
        {
            var state = watermarks.Add(_states[split], record.Value, timestamp);
            var watermark = watermarks.Watermark(state, Math.Max(_newest[split], timestamp));
            if (IsAhead(watermark)) throw TimeRange.WatermarkFault(watermarks.Name, watermark, options.MaxAhead);
            Context.CheckKept(state);
            _states[split] = Utf8.KeepIn(state);
            Raise(ref _watermarks[split], watermark);
            return true;
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return false;
        }
    }

    /// <summary>Takes a record that is older than all others; one that is late says nothing of the time since when records have
    /// come.</summary>
    private void TakeOldest(int split, long timestamp)
    {
        RaiseByNewest(split);
        if (timestamp < _watermarks[split]) return;
        _oldest = timestamp;
        _known.LearnOldest(timestamp);
    }

    private void RaiseByNewest(int split)
    {
        if (_goesByNewest && _newest[split] > long.MinValue)
            Raise(ref _watermarks[split], watermarks.Watermark(_states[split], _newest[split]));
    }

    private static void Raise(ref long watermark, long to) => watermark = Math.Max(watermark, to);

    private void SaveState(StepCheckpoint checkpoint, SplitTime split)
    {
        var bytes = new ArrayBufferWriter<byte>();
        StateCodec<TState>.Write(ref _states[split.Id + 1], bytes);
        checkpoint.SaveOfSplit(split.Name, StateName, bytes.WrittenSpan);
    }

    private bool IsAhead(long watermark)
    {
        if (watermark <= Greatest) return false;
        SetRange(); // the clock has advanced since it was last read
        return watermark > Greatest;
    }

    private bool IsAllowed(long timestamp, in Record<T> record)
    {
        SetRange();
        if (unchecked((ulong)(timestamp - TimeRange.Min)) <= _range) return true;
        Reject(TimeRange.Holds(timestamp) ? TimeRange.Fault(timestamp, options.MaxAhead!.Value) : TimeRange.Fault(timestamp), in record);
        return false;
    }

    private long Greatest => TimeRange.Min + (long)_range;

    private void SetRange()
    {
        var max = options.MaxAhead is { } ahead
            ? Math.Clamp(Context.Time.GetUtcNow().ToUnixTimeMilliseconds() + (long)ahead.TotalMilliseconds, TimeRange.Min, TimeRange.Max)
            : TimeRange.Max;
        _range = (ulong)(max - TimeRange.Min);
    }

    /// <summary>Handles the first record after an idle time of a split: from just before it, the split counts again.</summary>
    private void TakeFirst(int split)
    {
        _workers.GoOn(Context.Worker, _idleAt[split + 1]);
        _told.GoOn();
        _idleAt[split + 1] = _idleAt[0] = long.MaxValue;
    }
}
