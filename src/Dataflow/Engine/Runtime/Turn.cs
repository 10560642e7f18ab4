namespace Dataflow.Runtime;

/// <summary>For how long a task goes on with the records at hand: asked after each of them.</summary>
/// <remarks>Over means: others are to have their turn. What is left of a read or a batch is handled in the next one.</remarks>
internal sealed class Turn(TimeProvider time, TimeSpan max)
{
    private const int MaxBetweenLooks = 64; // records, so that the clock costs nothing where they are quick

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

    /// <summary>Ends the turn with the record at hand: its results find no room.</summary>
    public void End()
    {
        _isOver = true;
        _untilLook = 0;
    }

    /// <summary>Lets the turn not outlast its time by a record, until <see cref="HasBeenWaitedFor"/>. From any thread.</summary>
    public void WaitFor() => _isWaitedFor = true;

    /// <summary>As <see cref="WaitFor"/>, for good. From any thread.</summary>
    public void WaitForEnd() => _isEnding = true;

    public void HasBeenWaitedFor() => _isWaitedFor = false;

    /// <summary>Whether an error says no more than that the job ends, and what is at hand no longer counts.</summary>
    public bool IsGivenUp(Exception error) => _isEnding && error is OperationCanceledException;

    /// <summary>Whether it ends after the record at hand.</summary>
    public bool IsOver() => (--_untilLook <= 0 || _isWaitedFor || _isEnding) && Look();

    private bool Look()
    {
        _isOver = _isOver || time.GetElapsedTime(_began) > max;
        _betweenLooks = _isOver ? 1 : Math.Min(MaxBetweenLooks, 2 * _betweenLooks);
        _untilLook = _betweenLooks;
        return _isOver;
    }
}
