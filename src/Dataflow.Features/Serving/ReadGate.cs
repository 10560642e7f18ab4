using System.Runtime.CompilerServices;
using Dataflow.Runtime;

namespace Dataflow.Features;

/// <summary>Lets other threads look at what a worker's views keep, between two of its records.</summary>
/// <remarks>The worker keeps the gate over a batch, so that a record costs it a look at a number, and opens it between two records
/// when somebody waits. One gate for all views of a worker: a reader sees all of them at one moment. Who waits spins, since both sides
/// keep the gate for microseconds: to put a thread to sleep and wake it would take longer.</remarks>
internal sealed class ReadGate
{
    private const int RecordsBetween = 8; // so that readers who come all the time do not take all the time

    private static readonly ConditionalWeakTable<Worker, ReadGate> s_gates = [];

    private int _isTaken;
    private int _waiting;
    private bool _isKept; // by the worker, which alone looks at it
    private int _records; // since the worker last opened

    public static ReadGate Of(Worker worker) => s_gates.GetOrCreateValue(worker);

    /// <summary>Takes the gate for the worker; false if the worker has it already.</summary>
    public bool TryKeep()
    {
        if (_isKept) return false;
        for (var wait = new SpinWait(); !TryTake(); wait.SpinOnce(sleep1Threshold: -1)) { }
        return _isKept = true;
    }

    public void GiveUp()
    {
        _isKept = false;
        Volatile.Write(ref _isTaken, 0);
    }

    /// <summary>Lets those in who wait, every few records. For the step that keeps the gate, between two records.</summary>
    public void LetIn()
    {
        if (++_records < RecordsBetween || Volatile.Read(ref _waiting) == 0) return;
        _records = 0;
        Volatile.Write(ref _isTaken, 0);
        // Without a pause the worker would be the next to have it.
        for (var pause = new SpinWait(); Volatile.Read(ref _waiting) > 0 && !pause.NextSpinWillYield;) pause.SpinOnce();
        for (var wait = new SpinWait(); !TryTake(); wait.SpinOnce(sleep1Threshold: -1)) { }
    }

    /// <summary>Waits for the gate, for a reader.</summary>
    /// <exception cref="OperationCanceledException">The job has ended.</exception>
    public void Enter(Job job)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            for (var wait = new SpinWait(); !TryTake(); wait.SpinOnce(sleep1Threshold: -1))
            {
                if (wait.NextSpinWillYield) ThrowIfEnded(job); // a worker that failed in the middle of a batch opens no more
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Exit() => Volatile.Write(ref _isTaken, 0);

    public static void ThrowIfEnded(Job job)
    {
        if (job.Completion.IsCompleted) throw new OperationCanceledException("The job has ended.");
    }

    private bool TryTake() => Volatile.Read(ref _isTaken) == 0 && Interlocked.CompareExchange(ref _isTaken, 1, 0) == 0;
}
