namespace Dataflow.Features;

/// <summary>Gives other threads access to the state of a worker's views, between two of its records.</summary>
/// <remarks>The worker holds the gate over a batch, so that a record costs it a look at a number, and between two records passes it to one
/// reader, who gives it back: neither side waits for more than a record or a read of the other. There is one gate for all views of a
/// worker: a reader sees all of them at one moment. Waiting threads spin, since both sides hold the gate for microseconds: putting a thread
/// to sleep and waking it would take longer.</remarks>
/// <param name="stopping">Cancelled when the job ends.</param>
internal sealed class ReadGate(CancellationToken stopping)
{
    private const int Free = 0;
    private const int Taken = 1;
    private const int Offered = 2; // by the worker, to a reader
    private const int Returned = 3; // by a reader, to the worker
    private const int RecordsAfterNone = 16; // between two offers, if no reader took the first: waiting readers have no processor

    private int _state;
    private int _waiting; // readers
    private bool _isWanted; // by the worker
    private bool _isKept; // by the worker, the only user of this and the next field
    private int _recordsToGo; // before the next offer
    private bool _isClosed;

    /// <summary>The number of views behind the gate, once all steps are open.</summary>
    public int Views { get; set; }

    /// <summary>Whether a reader waits.</summary>
    public bool IsAwaited => Volatile.Read(ref _waiting) > 0;

    /// <summary>Whether the worker has ended: the state of its views no longer changes.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>Returns the gate of a step's worker.</summary>
    public static ReadGate Of(OperatorContext step) => step.SharedOnWorker(() => new ReadGate(step.Stopping));

    /// <summary>Takes the gate for the worker; false if the worker holds it already.</summary>
    public bool TryKeep()
    {
        if (_isKept) return false;
        Volatile.Write(ref _isWanted, true);
        TakeBack();
        return _isKept = true;
    }

    public void GiveUp()
    {
        _isKept = false;
        Volatile.Write(ref _state, Free);
    }

    /// <summary>Lets one waiting reader in. Called by the step that holds the gate, between two records.</summary>
    public void LetIn()
    {
        if (!IsAwaited) return;
        if (_recordsToGo > 0)
        {
            _recordsToGo--;
            return;
        }

        Volatile.Write(ref _isWanted, true);
        Volatile.Write(ref _state, Offered);
        for (var pause = new SpinWait(); Volatile.Read(ref _state) == Offered && !pause.NextSpinWillYield;) pause.SpinOnce();
        if (TryTakeBack(Offered)) _recordsToGo = RecordsAfterNone;
        else TakeBack();
    }

    /// <summary>Waits for the gate, for a reader.</summary>
    /// <exception cref="OperationCanceledException">The job has ended.</exception>
    public void Enter()
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            for (var wait = new SpinWait(); !TryTake(Free) && !TryTake(Offered); wait.SpinOnce(sleep1Threshold: -1))
            {
                // A worker that failed in the middle of a batch opens no more, and another may wait for the reader before it can end.
                if (wait.NextSpinWillYield && stopping.IsCancellationRequested) throw Ended();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Exit() => Volatile.Write(ref _state, Volatile.Read(ref _isWanted) ? Returned : Free);

    /// <summary>Records that the worker has ended.</summary>
    public void Close() => Volatile.Write(ref _isClosed, true);

    /// <exception cref="OperationCanceledException">The worker has ended.</exception>
    public void ThrowIfClosed()
    {
        if (IsClosed) throw Ended();
    }

    private static OperationCanceledException Ended() => new("The job has ended.");

    private void TakeBack()
    {
        for (var wait = new SpinWait(); !TryTakeBack(Returned) && !TryTakeBack(Free); wait.SpinOnce(sleep1Threshold: -1)) { }
    }

    private bool TryTakeBack(int state)
    {
        if (!TryTake(state)) return false;
        Volatile.Write(ref _isWanted, false);
        return true;
    }

    private bool TryTake(int state) => Volatile.Read(ref _state) == state && Interlocked.CompareExchange(ref _state, Taken, state) == state;
}
