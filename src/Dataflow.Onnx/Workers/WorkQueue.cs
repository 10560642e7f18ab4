using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Recording;

namespace Dataflow.Onnx.Workers;

/// <summary>The texts of a step that wait for a worker to call one model, and the handling of their results. Guarded by the workers'
/// lock.</summary>
/// <param name="embedder">The model to call.</param>
/// <param name="isBackfill">Whether texts of other queues are taken first.</param>
/// <param name="limit">The timeout of a call.</param>
/// <param name="time">The job's clock.</param>
/// <param name="find">Answers those of some texts whose results others have recorded meanwhile; returns the rest.</param>
/// <param name="finish">Receives texts with their results, and the duration of the call.</param>
/// <param name="fail">Receives a text that finally failed.</param>
internal sealed class WorkQueue(
    ITextEmbedder embedder, bool isBackfill, TimeSpan? limit, TimeProvider time,
    Func<IReadOnlyList<PendingText>, Task<IReadOnlyList<PendingText>>> find,
    Action<IReadOnlyList<PendingText>, EmbeddedText[], TimeSpan> finish, Action<PendingText, Exception> fail)
    : IDisposable
{
    private readonly LinkedList<PendingText> _texts = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once the queue is closed and no worker has any of its texts.</summary>
    public Task Ended => _ended.Task;

    public ITextEmbedder Embedder => embedder;

    public bool IsBackfill => isBackfill;

    public TimeProvider Time => time;

    public bool IsClosed { get; private set; }

    private int AtWork { get; set; }

    /// <summary>Calls a model, within the timeout and as long as the job runs.</summary>
    public async ValueTask<EmbeddedText[]> CallAsync(ITextEmbedder called, IReadOnlyList<string> texts)
    {
        using var span = ModelTraces.Begin(called.Name, texts.Count);
        try
        {
            return await CallInTimeAsync(called, texts).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            span.Fail(error);
            throw;
        }
    }

    /// <summary>Answers the texts whose results are recorded by now; returns the others.</summary>
    public Task<IReadOnlyList<PendingText>> UnansweredAsync(IReadOnlyList<PendingText> texts) => find(texts);

    public void Finish(IReadOnlyList<PendingText> texts, EmbeddedText[] results, TimeSpan elapsed) => finish(texts, results, elapsed);

    public void Fail(PendingText text, Exception error) => fail(text, error);

    public void Add(PendingText text) => _texts.AddLast(text);

    /// <summary>Takes texts for a worker, without those on which it failed, as long as there are other workers.</summary>
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

    /// <summary>Returns texts on which a worker failed; they are taken first.</summary>
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

    /// <summary>Drops the waiting texts, because the job has ended.</summary>
    public void Close()
    {
        IsClosed = true;
        _texts.Clear();
        EndIfClosed();
    }

    /// <summary>Cancels the calls in progress; without the lock, since they may end at once.</summary>
    public Task CancelAsync() => _closing.CancelAsync();

    public void Dispose() => _closing.Dispose();

    private async ValueTask<EmbeddedText[]> CallInTimeAsync(ITextEmbedder called, IReadOnlyList<string> texts)
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

    private void EndIfClosed()
    {
        if (IsClosed && AtWork == 0) _ended.TrySetResult();
    }
}
