using Dataflow.Planning;

namespace Dataflow.Runtime;

/// <summary>Reads the splits of a source that belong to one worker, in turn.</summary>
internal sealed class SourceInput<T> : TaskInput, ISourceInput
{
    private readonly SourceNode<T> _node;
    private readonly StreamTask _task;
    private readonly Operator<T> _head;
    private readonly Record<T>[] _records;
    private readonly List<OpenSplit> _splits;
    private bool _isEnded;

    public SourceInput(SourceNode<T> node, IEnumerable<SourceSplit> splits, StreamTask task, Operator<T> head)
    {
        _node = node;
        _task = task;
        _head = head;
        _records = new Record<T>[task.Job.Options.ReadRecords];
        _splits = [.. splits.Select(Open)];
        foreach (var _ in _splits.Where(static split => split.IsGathering)) task.Job.BeginGathering();
    }

    public ISourceNode Source => _node;

    public IReadOnlyList<SplitProgress> Splits => [.. _splits.Select(split => split.Progress)];

    public override bool IsEnded => _isEnded;

    public override bool IsAtBarrier(long epoch) => true;

    public override bool Step(long epoch)
    {
        if (_isEnded) return false;
        var mayStart = _node.FeedsTable || _task.Job.StreamsMayStart;
        if ((!mayStart && !_splits.Exists(static split => split.IsGathering)) || _task.Job.RequestedEpoch > epoch)
        {
            Skip();
            return false;
        }

        var any = false;
        if (!_task.Job.IsDraining)
        {
            foreach (var split in _splits) any |= (mayStart || split.IsGathering) && !IsAhead(split) && Read(split);
            if (!_splits.TrueForAll(static split => split.Progress.IsFinished)) return any;
        }

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
        foreach (var split in _splits) checkpoint.Positions.Add(split.Progress.ToPosition(split.Reader?.Mark));
    }

    public override void Close()
    {
        foreach (var split in _splits) split.Reader?.Dispose();
    }

    private OpenSplit Open(SourceSplit split)
    {
        var job = _task.Job;
        var (position, isFinished) = job.Restored.PositionOf(split.Name);
        var progress = new SplitProgress(split) { Position = position, IsFinished = isFinished };
        if (isFinished && !_node.Source.HasChanged(split)) return new OpenSplit(progress, null);
        if (isFinished && job.Restored.IsFinished) throw ConnectorException.ChangedBehindTheJob(split.Name);
        var reader = _node.Source.Open(split, position, new SourceContext(job.Log, job.Time));
        reader.Rejects = error => Reject(error, progress);
        (progress.Position, progress.IsFinished) = (reader.Position, false);
        return new OpenSplit(progress, reader);
    }

    private void Reject(OperatorException error, SplitProgress progress)
    {
        _task.Reject(error);
        progress.DeadLetters++;
    }

    /// <summary>Whether the split is so far ahead of others in event time that it has to wait for them.</summary>
    private bool IsAhead(OpenSplit split)
    {
        if (_task.Job.Options.MaxWatermarkDrift is not { } most) return false;
        var isAhead = split.Progress.WatermarkMs - _task.Job.LeastSplitWatermark() > most.TotalMilliseconds;
        if (isAhead) split.Progress.IsCaughtUp = false; // it waits, it is not quiet
        return split.Progress.IsHeldBack = isAhead;
    }

    private bool Read(OpenSplit split)
    {
        if (split.Progress.IsFinished) return false;
        if (IsWaiting(split))
        {
            split.Progress.IsCaughtUp = true; // also after a step in which it was skipped
            return false;
        }

        var (reader, gathers) = (split.Reader!, split.IsGathering);
        var count = reader.Read(_records.AsSpan(0, _task.ReadRecords));
        var i = 0;
        try
        {
            for (; i < count; i++) _head.Process(in _records[i]);
        }
        catch (Exception error) when (error is not DataflowException)
        {
            throw _task.Fail(error, _records[i].Origin);
        }

        split.Progress.Position = reader.Position;
        split.Progress.Lag = reader.Lag;
        split.Progress.Read += count;
        split.Progress.IsFinished = reader.IsFinished;
        split.Progress.IsCaughtUp = count == 0 && !gathers;
        if (gathers && !split.IsGathering) _task.Job.EndGathering();
        if (count == 0 && !reader.IsFinished && _task.Job.Options.WaitsForInput) Wait(split);
        return count > 0 || reader.IsFinished || (gathers && split.Wait is null);
    }

    private void Wait(OpenSplit split)
    {
        var wait = split.Reader!.WaitToReadAsync(_task.Job.Stopping);
        if (wait.IsCompletedSuccessfully) return;
        split.Wait = wait.AsTask();
        split.Wait.GetAwaiter().UnsafeOnCompleted(_task.Worker.Wake);
    }

    /// <summary>Whether the reader has not said yet that there is more; throws what its waiting ended with.</summary>
    private static bool IsWaiting(OpenSplit split)
    {
        if (split.Wait is not { } wait) return false;
        if (!wait.IsCompleted) return true;
        split.Wait = null;
        wait.GetAwaiter().GetResult();
        return false;
    }

    private sealed class OpenSplit(SplitProgress progress, SourceReader<T>? reader)
    {
        public SplitProgress Progress { get; } = progress;

        public SourceReader<T>? Reader { get; } = reader;

        public bool IsGathering => Reader is { IsGathering: true };

        public Task? Wait { get; set; }
    }
}

/// <summary>A source input of whatever type.</summary>
internal interface ISourceInput
{
    ISourceNode Source { get; }

    IReadOnlyList<SplitProgress> Splits { get; }
}

/// <summary>How far a split has been read. Written by its task, read by anyone for show.</summary>
internal sealed class SplitProgress(SourceSplit split)
{
    public int Id => split.Id;

    public string Name => split.Name;

    public long Position { get; set; }

    public long Read { get; set; }

    /// <summary>Records that could not be decoded and became dead letters.</summary>
    public long DeadLetters { get; set; }

    public long? Lag { get; set; }

    public bool IsFinished { get; set; }

    /// <summary>How far event time has come in the split, less the lateness; null where no step has seen it yet.</summary>
    public long? WatermarkMs { get; set; }

    /// <summary>Whether it has been quiet for so long that it no longer holds event time back.</summary>
    public bool IsIdle { get; set; }

    /// <summary>Whether it is not read because it is too far ahead of others.</summary>
    public bool IsHeldBack { get; set; }

    /// <summary>Whether the last look found nothing to read.</summary>
    public bool IsCaughtUp { get; set; }

    /// <param name="mark">What its reader says of what it has read; null where it had been read before.</param>
    public Checkpoints.SplitPosition ToPosition(ReadOnlyMemory<byte>? mark) => new()
    {
        Name = Name,
        Id = Id,
        Position = Position,
        End = split.End,
        IsFinished = IsFinished,
        Mark = (mark ?? split.Mark) is { IsEmpty: false } known ? known.ToArray() : null,
    };
}
