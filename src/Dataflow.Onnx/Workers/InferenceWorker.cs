using System.Diagnostics;
using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Recording;

namespace Dataflow.Onnx.Workers;

/// <summary>Makes one call after the other as long as texts wait.</summary>
internal sealed class InferenceWorker(InferenceWorkers all, ITextEmbedder? own)
{
    /// <summary>The number of workers that may fail on a text before the error is taken to be the text's.</summary>
    public const int MaxTries = 3;

    private const int MaxFailures = 3;
    private const string Harmless = "text";

    private readonly List<PendingText> _texts = [];
    private int _failuresInRow;

    /// <summary>Whether it is running. Guarded by the lock of all workers.</summary>
    public bool IsRunning { get; set; }

    /// <summary>Whether it should be removed. Workers without a generator of their own fail with the model of the step.</summary>
    public bool HasFailed => own is not null && _failuresInRow >= MaxFailures;

    public bool WorksFor(WorkQueue queue) => own is null || own.Id == queue.Embedder.Id;

    public ITextEmbedder EmbedderFor(WorkQueue queue) => own ?? queue.Embedder;

    public void Wake()
    {
        IsRunning = true;
        _ = Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        Activity.Current = null; // that of the caller who started the job: calls are no part of it
        while (all.Take(this, _texts) is { } queue)
        {
            if (await queue.UnansweredAsync([.. _texts]).ConfigureAwait(false) is [_, ..] texts)
                await EmbedAsync(queue, texts).ConfigureAwait(false);
            all.Leave(queue);
        }
    }

    private async Task EmbedAsync(WorkQueue queue, IReadOnlyList<PendingText> texts)
    {
        var start = queue.Time.GetTimestamp();
        EmbeddedText[] results;
        try
        {
            results = await queue.CallAsync(EmbedderFor(queue), [.. texts.Select(text => text.Text)]).ConfigureAwait(false);
        }
        catch (ModelException error)
        {
            if (texts.Count == 1) queue.Fail(texts[0], error);
            else await EmbedHalvesAsync(queue, texts).ConfigureAwait(false);
            return;
        }
        catch (Exception error)
        {
            _failuresInRow++;
            if (all.TryReturn(queue, texts, this)) return;
            if (texts.Count == 1) queue.Fail(texts[0], await ErrorOfAsync(queue, error).ConfigureAwait(false));
            else await EmbedHalvesAsync(queue, texts).ConfigureAwait(false);
            return;
        }

        _failuresInRow = 0;
        queue.Finish(texts, results, queue.Time.GetElapsedTime(start));
    }

    /// <summary>Finds out, after workers have failed on a text often enough, whether other texts would be answered.</summary>
    private async Task<Exception> ErrorOfAsync(WorkQueue queue, Exception cause)
    {
        var name = EmbedderFor(queue).Name;
        try
        {
            await queue.CallAsync(EmbedderFor(queue), [Harmless]).ConfigureAwait(false);
            return ModelException.WorkersFailed(name, cause);
        }
        catch (ModelException)
        {
            return ModelException.WorkersFailed(name, cause); // refused, but answered
        }
        catch (ObjectDisposedException error)
        {
            return error; // neither the text's fault nor transient
        }
        catch (Exception)
        {
            return ModelException.NobodyAnswers(name, cause);
        }
    }

    /// <summary>Finds the text that a call failed on, by calls with half of them.</summary>
    private async Task EmbedHalvesAsync(WorkQueue queue, IReadOnlyList<PendingText> texts)
    {
        var half = texts.Count / 2;
        await EmbedAsync(queue, [.. texts.Take(half)]).ConfigureAwait(false);
        await EmbedAsync(queue, [.. texts.Skip(half)]).ConfigureAwait(false);
    }
}
