using System.Diagnostics;
using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Workers;
using Microsoft.Extensions.AI;

namespace Dataflow.Onnx;

/// <summary>The pool of workers that call models; its size is the number of concurrent calls. Workers may be added and removed while jobs
/// run.</summary>
/// <remarks>Give a pool to steps by <see cref="InferenceOptions.Workers"/>; steps that share it take turns, backfill last. Texts wait in
/// the job until a worker is free, so that without workers the job waits and reads no further input. Another worker retries a text on which
/// one failed. Safe for any thread.</remarks>
public sealed class InferenceWorkers
{
    private readonly Lock _gate = new();
    private readonly List<InferenceWorker> _workers = [];
    private readonly List<WorkQueue> _queues = [];
    private int _nextQueue;
    private int _failed;

    /// <summary>Creates a pool of workers that call each step's own model.</summary>
    /// <param name="count">The number of workers. Null: one per processor, which fits a model that runs in this process on the CPU.</param>
    public InferenceWorkers(int? count = null)
    {
        if (count is { } given) ArgumentOutOfRangeException.ThrowIfNegative(given, nameof(count));
        Add(count ?? Environment.ProcessorCount);
    }

    /// <summary>The number of workers in the pool.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _workers.Count;
        }
    }

    /// <summary>The number of workers that were removed because they failed repeatedly.</summary>
    public int Failed => Volatile.Read(ref _failed);

    /// <summary>Adds workers that call each step's own model.</summary>
    /// <param name="count">The number of workers to add.</param>
    public void Add(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        for (var i = 0; i < count; i++) Add(new InferenceWorker(this, own: null));
    }

    /// <summary>Adds a worker that calls a generator of its own for the steps with this model: another server, another graphics
    /// card.</summary>
    /// <remarks>It is removed if it fails three times in a row.</remarks>
    /// <param name="own">The generator, which names the same model as the steps that it works for.</param>
    /// <param name="options">The options of its calls: <c>ModelId</c> and <c>BatchTexts</c> apply.</param>
    public void Add(IEmbeddingGenerator<string, Embedding<float>> own, InferenceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(own);
        Add(new InferenceWorker(this, Embedders.Of(own, options ?? new InferenceOptions())));
    }

    /// <summary>Removes workers, the most recently added first; a busy one ends its call.</summary>
    /// <param name="count">The number of workers to remove; all, if there are fewer.</param>
    public void Remove(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        lock (_gate)
        {
            count = Math.Min(count, _workers.Count);
            _workers.RemoveRange(_workers.Count - count, count);
            WakeAll(); // texts reserved for those others are free now
        }
    }

    internal void Open(WorkQueue queue)
    {
        lock (_gate) _queues.Add(queue);
    }

    /// <summary>Drops the waiting texts of a queue, and waits for the workers that have texts of it.</summary>
    internal async Task CloseAsync(WorkQueue queue)
    {
        lock (_gate)
        {
            _queues.Remove(queue);
            queue.Close();
        }

        await queue.CancelAsync().ConfigureAwait(false);
        await queue.Ended.ConfigureAwait(false);
    }

    internal void Post(WorkQueue queue, PendingText text)
    {
        lock (_gate)
        {
            queue.Add(text);
            WakeOne(queue);
        }
    }

    /// <summary>Takes texts of one step for a worker; null: there are none for it, or it is to end.</summary>
    internal WorkQueue? Take(InferenceWorker worker, List<PendingText> into)
    {
        into.Clear();
        lock (_gate)
        {
            var isMember = _workers.Contains(worker);
            for (var i = 0; isMember && into.Count == 0 && i < 2 * _queues.Count; i++)
            {
                // Once around the live queues, then once around the others; the first of the last time is the last of this time.
                var queue = _queues[(_nextQueue + i) % _queues.Count];
                if (queue.IsBackfill != i >= _queues.Count || !worker.WorksFor(queue)) continue;
                queue.Take(worker, !_workers.Exists(other => other != worker && other.WorksFor(queue)), into);
                if (into.Count == 0) continue;
                _nextQueue = (_nextQueue + i + 1) % _queues.Count;
                return queue;
            }

            AssertInvariants();
            worker.IsRunning = false; // within the lock: code that adds a text later sees that it is not running
            return null;
        }
    }

    /// <summary>Returns texts on which a worker failed; false if they have been tried often enough.</summary>
    internal bool TryReturn(WorkQueue queue, IReadOnlyList<PendingText> texts, InferenceWorker worker)
    {
        lock (_gate)
        {
            if (worker.HasFailed && _workers.Remove(worker))
            {
                _failed++;
                WakeAll();
            }

            if (queue.IsClosed) return true;
            if (texts.Any(static text => text.Tries + 1 >= InferenceWorker.MaxTries)) return false;
            queue.Return(texts, worker);
            WakeOne(queue);
            AssertInvariants();
            return true;
        }
    }

    internal void Leave(WorkQueue queue)
    {
        lock (_gate) queue.Leave();
    }

    private void Add(InferenceWorker worker)
    {
        lock (_gate)
        {
            _workers.Add(worker);
            worker.Wake();
        }
    }

    /// <summary>Asserts the invariants, in debug builds; called under the lock.</summary>
    [Conditional("DEBUG")]
    private void AssertInvariants()
    {
        Debug.Assert(_gate.IsHeldByCurrentThread, "The fields belong to the lock.");
        Debug.Assert(_workers.Distinct().Count() == _workers.Count, "A worker is in once.");
        Debug.Assert(_queues.TrueForAll(static queue => !queue.IsClosed), "Closed queues are out.");
    }

    private void WakeAll()
    {
        foreach (var worker in _workers)
            if (!worker.IsRunning) worker.Wake();
    }

    private void WakeOne(WorkQueue queue)
        => _workers.Find(worker => !worker.IsRunning && worker.WorksFor(queue))?.Wake();
}
