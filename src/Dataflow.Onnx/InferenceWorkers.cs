using System.Diagnostics;
using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Workers;
using Microsoft.Extensions.AI;

namespace Dataflow.Onnx;

/// <summary>Those who call models: as many calls run at once as there are workers. They may come and go while jobs run.</summary>
/// <remarks>
/// Give them to steps by <see cref="InferenceOptions.Workers"/>; steps that share them take turns, backfill last. Texts wait
/// in the job until a worker is free, so that without workers nothing goes on and the input is not read any further.
/// What a worker could not do another does. From any thread.
/// </remarks>
public sealed class InferenceWorkers
{
    private readonly Lock _gate = new();
    private readonly List<InferenceWorker> _workers = [];
    private readonly List<WorkQueue> _queues = [];
    private int _nextQueue;
    private int _failed;

    /// <summary>Starts with workers that call each step's own model.</summary>
    /// <param name="count">How many. Null: one a processor, as fits a model that runs in this process on the CPU.</param>
    public InferenceWorkers(int? count = null)
    {
        if (count is { } given) ArgumentOutOfRangeException.ThrowIfNegative(given, nameof(count));
        Add(count ?? Environment.ProcessorCount);
    }

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _workers.Count;
        }
    }

    /// <summary>How many went because they failed time after time.</summary>
    public int Failed => Volatile.Read(ref _failed);

    /// <summary>Adds workers that call each step's own model.</summary>
    /// <param name="count">How many.</param>
    public void Add(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        for (var i = 0; i < count; i++) Add(new InferenceWorker(this, own: null));
    }

    /// <summary>Adds a worker that calls a generator of its own for the steps with this model: another server, another card.</summary>
    /// <remarks>One that fails three times in a row is taken out.</remarks>
    /// <param name="own">Names the same model as the steps that it is to work for.</param>
    /// <param name="options">How it is called: <c>ModelId</c> and <c>BatchTexts</c> count.</param>
    public void Add(IEmbeddingGenerator<string, Embedding<float>> own, InferenceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(own);
        Add(new InferenceWorker(this, Embedders.Of(own, options ?? new InferenceOptions())));
    }

    /// <summary>Takes workers out, the last that came first; one that is at work ends its call.</summary>
    /// <param name="count">How many; all, if there are fewer.</param>
    public void Remove(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        lock (_gate)
        {
            count = Math.Min(count, _workers.Count);
            _workers.RemoveRange(_workers.Count - count, count);
            WakeAll(); // what only those others were to have is theirs now
        }
    }

    internal void Open(WorkQueue queue)
    {
        lock (_gate) _queues.Add(queue);
    }

    /// <summary>Drops what waits in a queue, and waits for the workers that have texts of it.</summary>
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

    /// <summary>Takes texts of one step for a worker; null: there are none for it, or it is to go.</summary>
    internal WorkQueue? Take(InferenceWorker worker, List<PendingText> into)
    {
        into.Clear();
        lock (_gate)
        {
            var isMember = _workers.Contains(worker);
            for (var i = 0; isMember && into.Count == 0 && i < 2 * _queues.Count; i++)
            {
                // Once around the live ones, then once around the others; who was first last time is last this time.
                var queue = _queues[(_nextQueue + i) % _queues.Count];
                if (queue.IsBackfill != i >= _queues.Count || !worker.WorksFor(queue)) continue;
                queue.Take(worker, !_workers.Exists(other => other != worker && other.WorksFor(queue)), into);
                if (into.Count == 0) continue;
                _nextQueue = (_nextQueue + i + 1) % _queues.Count;
                return queue;
            }

            AssertInvariants();
            worker.IsRunning = false; // within the lock: who adds a text after this sees that it stands still
            return null;
        }
    }

    /// <summary>Gives texts back that a worker failed with; false if they have been tried often enough.</summary>
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

    /// <summary>Checked under the lock, in builds for debugging.</summary>
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
