using Dataflow.Checkpoints;
using Dataflow.Planning;
using Dataflow.Time;

namespace Dataflow.Runtime;

/// <summary>Reads the splits of a source that belong to one worker, in turn.</summary>
internal sealed class SourceInput<T> : TaskInput, ISourceInput
{
    private readonly SourceNode<T> _node;
    private readonly StreamTask _task;
    private readonly Operator<T> _head;
    private readonly Record<T>[] _records;
    private readonly RecordsAtHand<T> _atHand;
    private readonly List<OpenSplit> _splits;
    private readonly bool _isReadFirst; // before streams start
    private OpenSplit? _reading; // the split whose read is not completely handled
    private int _next; // the index of the split to read next
    private int _count; // the number of records of that read
    private bool _gathers; // whether its reader returns nothing before it has read all
    private bool _isEnded;

    public SourceInput(SourceNode<T> node, IEnumerable<SourceSplit> splits, StreamTask task, Operator<T> head)
    {
        _node = node;
        _task = task;
        _isReadFirst = task.Job.Plan.IsReadFirst(node);
        _head = head;
        _records = new Record<T>[task.Job.Options.ReadRecords];
        _atHand = new(head, task.Turn, task.Fail);
        _splits = [.. splits.Select(Open)];
        foreach (var _ in _splits.Where(static split => split.IsGathering)) task.Job.StartGate.BeginGathering();
    }

    public ISourceNode Source => _node;

    public IReadOnlyList<SplitProgress> Splits => [.. _splits.Select(split => split.Progress)];

    public override Node Node => _node;

    public override long Given => _atHand.Given;

    public override bool IsMidway => _reading is not null;

    public override bool IsEnded => _isEnded;

    public override bool IsAtBarrier(long epoch) => true;

    public override bool Step(long epoch)
    {
        if (_isEnded) return false;
        var mayStart = _isReadFirst || _task.Job.StartGate.IsOpen;
        if ((!mayStart && !_splits.Exists(static split => split.IsGathering)) || _task.Job.RequestedEpoch > epoch)
        {
            Skip();
            return false;
        }

        var any = false;
        for (; _next < _splits.Count && (_reading is not null || !_task.Job.IsDraining); _next++)
        {
            var split = _splits[_next];
            if (mayStart || split.IsGathering || _reading is not null)
                any |= Call(split.Progress, split, static (self, split) => self.Read(split));
            if (_reading is not null) return true;
        }

        _next = 0;
        if (!_task.Job.IsDraining && !_splits.TrueForAll(static split => split.Progress.IsFinished)) return any;
        _isEnded = true;
        _head.Advance(long.MaxValue);
        return true;
    }

    public override void Skip()
    {
        foreach (var split in _splits) split.Progress.IsCaughtUp = false;
    }

    public override void Capture(TaskCheckpoint checkpoint)
    {
        foreach (var split in _splits)
        {
            var handled = split == _reading ? split.HandledOf(_atHand) : split.Left;
            var mark = split == _reading ? split.Mark : Call(split.Progress, split, static (_, split) => split.Reader?.Mark);
            checkpoint.Positions.Add(PositionOf(split.Progress, mark, handled));
            split.Captured = split.Progress.Position;
        }
    }

    public override void Committed()
    {
        foreach (var split in _splits) Call(split.Progress, split, static (_, split) => split.Commit());
    }

    public override void Close() => Closing.All(_splits.Select<OpenSplit, Action>(split => () => Close(split)));

    private void Close(OpenSplit split) => Call(split.Progress, split.Reader, static (_, reader) =>
    {
        reader?.Dispose();
        return true;
    });

    /// <summary>Calls code of the source; its errors name source, split and position.</summary>
    private TResult Call<TArgument, TResult>(SplitProgress at, TArgument argument, Func<SourceInput<T>, TArgument, TResult> call)
    {
        try
        {
            return call(this, argument);
        }
        catch (Exception error) when (_task.IsFailure(error))
        {
            throw OperatorException.FailedToRead(_node.Name, at.Name, at.Position, error);
        }
    }

    private OpenSplit Open(SourceSplit split)
    {
        var restored = _task.Job.Restored.PositionOf(split.Name);
        var progress = new SplitProgress(split) { Position = restored?.Position ?? 0, IsFinished = restored?.IsFinished ?? false };
        return Call(progress, (split, progress, restored), static (self, at) => self.Open(at.split, at.progress, at.restored));
    }

    private OpenSplit Open(SourceSplit split, SplitProgress progress, SplitPosition? restored)
    {
        var job = _task.Job;
        var isAtEnd = progress.IsFinished && _node.IsBounded && !_node.Source.HasChanged(split);
        if (isAtEnd || job.Restored.IsFinished) return new OpenSplit(progress, null);
        var reader = _node.Source.Open(split, progress.Position, new SourceContext(job.Log, job.Time));
        var hasMoved = reader.Position != progress.Position;
        (progress.Position, progress.IsFinished) = (reader.Position, false);
        var open = new OpenSplit(progress, reader) { Left = hasMoved && restored?.Handled is { UpTo: null } ? null : restored?.Handled };
        reader.OnReject = error => Reject(error, open);
        return open;
    }

    private void Reject(OperatorException error, OpenSplit split)
    {
        if (!split.CountReject(error.Position)) return;
        _task.DeadLetters.Reject(error);
        split.Progress.DeadLetters++;
    }

    /// <summary>Whether the split is so far ahead of others in event time that it has to wait for them.</summary>
    private bool IsAhead(OpenSplit split)
    {
        if (_task.Job.Options.MaxWatermarkDrift is not { } max) return false;
        var isAhead = split.Progress.WatermarkMs - _task.Job.MinSplitWatermark() > max.TotalMilliseconds;
        if (isAhead) split.Progress.IsCaughtUp = false; // it waits, but is not idle
        return split.Progress.IsHeldBack = isAhead;
    }

    /// <summary>Reads a split, or continues with the records already read from it; false if there were none.</summary>
    private bool Read(OpenSplit split)
    {
        if (_reading is null && !Begin(split)) return false;
        var handled = _atHand.Handled;
        _atHand.Handle();
        split.Progress.Read += _atHand.Handled - handled;
        return !_atHand.IsEmpty || End(split);
    }

    private bool Begin(OpenSplit split)
    {
        var progress = split.Progress;
        if (IsAhead(split) || progress.IsFinished) return false;
        if (IsWaiting(split))
        {
            // Also after a step in which it was skipped. While it is put in order, other processes go on, and may not take it for idle.
            progress.IsCaughtUp = !split.IsGathering;
            return false;
        }

        split.Begin();
        _gathers = split.IsGathering;
        _task.Calling = _node.Name;
        _count = split.Reader!.Read(_records.AsSpan(0, _task.ReadRecords));
        _task.Calling = null;
        progress.IsCaughtUp = _count == 0 && !_gathers;
        if (_gathers && !split.IsGathering) _task.Job.StartGate.EndGathering();
        _atHand.Take(_records, _count, split.Skip(_records.AsSpan(0, _count)));
        _reading = split;
        return true;
    }

    private bool End(OpenSplit split)
    {
        var (progress, reader) = (split.Progress, split.Reader!);
        _reading = null;
        progress.Position = reader.Position;
        progress.Lag = reader.Lag;
        progress.WaitAt(reader.StableEnd, _task.Job.Time);
        progress.IsFinished = reader.IsFinished;
        if (_count == 0 && !progress.IsFinished && _task.Job.Options.WaitsForInput) Wait(split);
        return _count > 0 || progress.IsFinished || (_gathers && split.Wait is null);
    }

    private void Wait(OpenSplit split)
    {
        var wait = split.Reader!.WaitToReadAsync(_task.Job.Stopping);
        if (wait.IsCompletedSuccessfully) return;
        split.Wait = wait.AsTask();
        split.Wait.GetAwaiter().UnsafeOnCompleted(_task.Worker.Wake);
    }

    /// <summary>Whether the reader still waits for more records; throws the error of its wait.</summary>
    private static bool IsWaiting(OpenSplit split)
    {
        if (split.Wait is not { } wait) return false;
        if (!wait.IsCompleted) return true;
        split.Wait = null;
        wait.GetAwaiter().GetResult();
        return false;
    }

    /// <param name="split">The split.</param>
    /// <param name="mark">The reader's mark of what it has read; null where another run had read it.</param>
    /// <param name="handled">The records handled from the position on.</param>
    private static SplitPosition PositionOf(SplitProgress split, ReadOnlyMemory<byte>? mark, HandledPart? handled) => new()
    {
        Name = split.Name,
        Id = split.Id,
        Position = split.Position,
        Handled = handled,
        End = split.Split.End,
        IsFinished = split.IsFinished,
        Mark = (mark ?? split.Split.Mark) is { IsEmpty: false } known ? known.ToArray() : null,
    };

    private sealed class OpenSplit(SplitProgress progress, SourceReader<T>? reader)
    {
        private int _rejects; // since the start of the current read; dead letters all
        private long _rejectsUpTo;

        public SplitProgress Progress { get; } = progress;

        public SourceReader<T>? Reader { get; } = reader;

        public bool IsGathering => Reader is { IsGathering: true };

        public Task? Wait { get; set; }

        /// <summary>The position in the last checkpoint.</summary>
        public long Captured { get; set; }

        /// <summary>The part that was handled before the restart and is not read again yet.</summary>
        public HandledPart? Left { get; set; }

        /// <summary>The reader's mark at the start of the current read.</summary>
        public ReadOnlyMemory<byte> Mark { get; private set; }

        public bool Commit()
        {
            Reader?.Commit(Captured);
            return true;
        }

        public void Begin()
        {
            Mark = Reader!.Mark;
            (_rejects, _rejectsUpTo) = Left is { } left ? (left.Rejects, left.RejectsUpTo) : (0, long.MinValue);
        }

        /// <summary>Returns how many records at the start of a read were handled before the restart.</summary>
        public int Skip(ReadOnlySpan<Record<T>> records)
        {
            if (Left is null) return 0;
            var skipped = 0;
            while (skipped < records.Length && Left.Covers(records[skipped].Origin, skipped)) skipped++;
            Left = Left.Behind(skipped, isEnd: skipped < records.Length);
            return skipped;
        }

        /// <summary>Counts a record that could not be decoded; false if it was counted before the restart.</summary>
        public bool CountReject(long position)
        {
            if (Left is { Rejects: > 0 } && position <= Left.RejectsUpTo)
            {
                Left = Left with { Rejects = Left.Rejects - 1 };
                return false;
            }

            _rejects++;
            _rejectsUpTo = Math.Max(_rejectsUpTo, position);
            return true;
        }

        public HandledPart HandledOf(RecordsAtHand<T> records) => new(records.Handled, records.LastOffset, _rejects, _rejectsUpTo);
    }
}

/// <summary>A source input of any type.</summary>
internal interface ISourceInput
{
    ISourceNode Source { get; }

    IReadOnlyList<SplitProgress> Splits { get; }
}
