using System.Runtime.CompilerServices;
using Dataflow.Runtime;

namespace Dataflow.Features;

/// <summary>Lets other threads look at what a worker's views keep, between two of its records.</summary>
/// <remarks>The worker holds the gate over a batch, so that a record costs it a look at a number, and opens it between two records
/// when somebody waits. One gate for all views of a worker: a reader sees all of them at one moment.</remarks>
internal sealed class ReadGate
{
    private static readonly ConditionalWeakTable<Worker, ReadGate> s_gates = [];
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private bool _isHeld; // by the worker, which alone looks at it
    private int _waiting;

    public static ReadGate Of(Worker worker) => s_gates.GetOrCreateValue(worker);

    /// <summary>Closes the gate for the worker; false if it has it closed already.</summary>
    public bool TryHold()
    {
        if (_isHeld) return false;
        _lock.Enter();
        _isHeld = true;
        return true;
    }

    public void Release()
    {
        _isHeld = false;
        _lock.Exit();
    }

    /// <summary>Lets those in who wait. For the step that holds the gate, between two records.</summary>
    public void LetIn()
    {
        if (Volatile.Read(ref _waiting) == 0) return;
        _lock.Exit();
        // The lock is not fair: without a pause this thread would be the next to have it.
        for (var pause = new SpinWait(); Volatile.Read(ref _waiting) > 0 && !pause.NextSpinWillYield;) pause.SpinOnce();
        _lock.Enter();
    }

    /// <summary>Waits for the gate, for a reader.</summary>
    /// <exception cref="OperationCanceledException">The job has ended.</exception>
    public void Enter(Job job)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            while (!_lock.TryEnter(Patience)) ThrowIfEnded(job); // a worker that failed in the middle of a batch opens no more
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public void Exit() => _lock.Exit();

    public static void ThrowIfEnded(Job job)
    {
        if (job.Completion.IsCompleted) throw new OperationCanceledException("The job has ended.");
    }
}
