namespace Dataflow.Runtime;

/// <summary>Limits how long a task continues with its current records: asked after each of them.</summary>
/// <remarks>When a turn is over, other tasks have theirs. The rest of a read or a batch is handled in the next one.</remarks>
internal sealed class Turn(TimeProvider time, TimeSpan max)
{
    private const int MaxBetweenLooks = 64; // records, so that the clock costs nothing where they are fast

    private long _began;
    private int _betweenLooks = 1;
    private int _untilLook = 1;
    private bool _isOver;
    private volatile bool _isWaitedFor;
    private volatile bool _isEnding;

    /// <summary>Begins another turn.</summary>
    public void Begin()
    {
        _isOver = false;
        _untilLook = _betweenLooks;
        _began = time.GetTimestamp();
    }

    /// <summary>Ends the turn with the current record, because its results find no room.</summary>
    public void End()
    {
        _isOver = true;
        _untilLook = 0;
    }

    /// <summary>Ends a turn as soon as its time is over, checking after each record, until <see cref="HasBeenWaitedFor"/>. Safe for any
    /// thread.</summary>
    public void WaitFor() => _isWaitedFor = true;

    /// <summary>Checks the time after each record as <see cref="WaitFor"/> does, until the end of the job. Safe for any thread.</summary>
    public void WaitForEnd() => _isEnding = true;

    public void HasBeenWaitedFor() => _isWaitedFor = false;

    /// <summary>Whether an error only says that the job ends, so that current work no longer counts.</summary>
    public bool IsGivenUp(Exception error) => _isEnding && error is OperationCanceledException;

    /// <summary>Whether the turn ends after the current record.</summary>
    public bool IsOver() => (--_untilLook <= 0 || _isWaitedFor || _isEnding) && Look();

    private bool Look()
    {
        _isOver = _isOver || time.GetElapsedTime(_began) > max;
        _betweenLooks = _isOver ? 1 : Math.Min(MaxBetweenLooks, 2 * _betweenLooks);
        _untilLook = _betweenLooks;
        return _isOver;
    }
}
