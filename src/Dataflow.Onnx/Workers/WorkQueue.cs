using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Recording;

namespace Dataflow.Onnx.Workers;

/// <summary>The texts of a step that wait for a worker to give them to one model, and what becomes of them. Guarded by the workers' lock.</summary>
/// <param name="embedder">Whom to call.</param>
/// <param name="isBackfill">Whether texts of other queues go first.</param>
/// <param name="limit">How long a call may take.</param>
/// <param name="time">The job's clock.</param>
/// <param name="finish">Takes texts with their results, and how long the call took.</param>
/// <param name="fail">Takes a text that failed for good.</param>
internal sealed class WorkQueue(
    ITextEmbedder embedder, bool isBackfill, TimeSpan? limit, TimeProvider time,
    Action<IReadOnlyList<PendingText>, EmbeddedText[], TimeSpan> finish, Action<PendingText, Exception> fail)
    : IDisposable
{
    private readonly LinkedList<PendingText> _texts = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set once it is closed and no worker has any of its texts.</summary>
    public Task Ended => _ended.Task;

    public ITextEmbedder Embedder => embedder;

    public bool IsBackfill => isBackfill;

    public TimeProvider Time => time;

    public bool IsClosed { get; private set; }

    private int AtWork { get; set; }

    /// <summary>Calls, for as long as a call may take and the job runs.</summary>
    public async ValueTask<EmbeddedText[]> CallAsync(ITextEmbedder called, IReadOnlyList<string> texts)
    {
        if (limit is not { } timeout) return await called.EmbedAsync(texts, _closing.Token).ConfigureAwait(false);
        using var late = new CancellationTokenSource(timeout, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _closing.Token);
        try
        {
            return await called.EmbedAsync(texts, ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            throw new TimeoutException($"No answer came within {timeout}.");
        }
    }

    public void Finish(IReadOnlyList<PendingText> texts, EmbeddedText[] results, TimeSpan elapsed) => finish(texts, results, elapsed);

    public void Fail(PendingText text, Exception error) => fail(text, error);

    public void Add(PendingText text) => _texts.AddLast(text);

    /// <summary>Takes texts for a worker: none that it failed with, as long as there are others.</summary>
    public void Take(InferenceWorker worker, bool isOnlyOne, List<PendingText> into)
    {
        for (var node = _texts.First; node is not null && into.Count < worker.EmbedderFor(this).MaxTexts;)
        {
            var next = node.Next;
            if (isOnlyOne || node.Value.FailedBy != worker)
            {
                into.Add(node.Value);
                _texts.Remove(node);
            }

            node = next;
        }

        if (into.Count > 0) AtWork++;
    }

    /// <summary>Takes texts back that a worker failed with; they go first.</summary>
    public void Return(IReadOnlyList<PendingText> texts, InferenceWorker worker)
    {
        for (var i = texts.Count - 1; i >= 0; i--)
        {
            texts[i].FailedBy = worker;
            texts[i].Tries++;
            _texts.AddFirst(texts[i]);
        }
    }

    public void Leave()
    {
        AtWork--;
        EndIfClosed();
    }

    /// <summary>Drops what waits: the job has ended.</summary>
    public void Close()
    {
        IsClosed = true;
        _texts.Clear();
        EndIfClosed();
    }

    /// <summary>Gives up the calls that run; without the lock, since they may end at once.</summary>
    public Task CancelAsync() => _closing.CancelAsync();

    public void Dispose() => _closing.Dispose();

    private void EndIfClosed()
    {
        if (IsClosed && AtWork == 0) _ended.TrySetResult();
    }
}
