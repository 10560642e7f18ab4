namespace Dataflow.Time;

/// <summary>The progress of reading a split. Written by its task, read by any thread for display.</summary>
internal sealed class SplitProgress(SourceSplit split)
{
    private volatile OpenTransaction? _open;

    public SourceSplit Split => split;

    public int Id => split.Id;

    public string Name => split.Name;

    public long Position { get; set; }

    public long Read { get; set; }

    /// <summary>Records that could not be decoded and became dead letters.</summary>
    public long DeadLetters { get; set; }

    public long? Lag { get; set; }

    public bool IsFinished { get; set; }

    /// <summary>The split's watermark; null where it has none yet.</summary>
    public long? WatermarkMs { get; set; }

    /// <summary>Whether it has been without records for so long that it no longer holds event time back.</summary>
    public bool IsIdle { get; set; }

    /// <summary>Whether it is not read because it is too far ahead of others.</summary>
    public bool IsHeldBack { get; set; }

    /// <summary>Whether the last look found nothing to read.</summary>
    public bool IsCaughtUp { get; set; }

    /// <summary>The open transaction at which the reader waits; null: none.</summary>
    public OpenTransaction? Open => _open;

    /// <summary>Notes whether the reader waits at an open transaction.</summary>
    /// <param name="end">The position; null: it does not.</param>
    /// <param name="time">The job's clock.</param>
    public void WaitAt(long? end, TimeProvider time)
    {
        if (_open?.Position != end) _open = end is { } position ? new OpenTransaction(position, time, time.GetTimestamp()) : null;
    }
}

/// <summary>A transaction of a writer at which a reader has been waiting since a time of the job's clock.</summary>
internal sealed record OpenTransaction(long Position, TimeProvider Time, long Since)
{
    public TimeSpan Age => Time.GetElapsedTime(Since);
}
