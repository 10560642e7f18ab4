using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Dataflow.Log;
using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Workers;

namespace Dataflow.Onnx.Recording;

/// <summary>Embeds each text once: a result is in the log before it is returned, and is found there after a crash.</summary>
/// <remarks>There is one for all workers of a step in a job. Safe for any number of threads. Results are committed in groups: while one
/// commit is being written to disk the next one is collected. What other processes have recorded is read before each call.</remarks>
internal sealed class Recorder : IAsyncDisposable
{
    private readonly PartitionedLog _log;
    private readonly LogProducer _producer;
    private readonly InferenceOptions _options;
    private readonly InferenceWorkers _workers;
    private readonly RecordedResults _recorded;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Id, bool IsBackfill), RecordedModel> _models = [];
    private readonly Dictionary<UInt128, PendingText> _inFlight = [];
    private readonly SemaphoreSlim _reading = new(1);
    private readonly CancellationTokenSource _closing = new();
    private long _trimmedTo;
    private int _unread; // results of this process since the topic was read

    private Recorder(PartitionedLog log, LogProducer producer, InferenceOptions options, TimeProvider time)
    {
        (_log, _producer, _options, _time) = (log, producer, options, time);
        _trimmedTo = producer.Topic.StartOffset(0);
        _recorded = RecordedResults.Read(log, producer.Topic, options, time);
        _workers = options.Workers ?? new InferenceWorkers();
    }

    /// <summary>The usage of each model so far, in the order of their first requests.</summary>
    public IReadOnlyList<ModelUsage> Usage
    {
        get
        {
            lock (_lock)
            {
                return [.. _models.Values.DistinctBy(static model => model.Number)
                    .Select(model => _recorded.Accounts[model.Number].ToUsage(model.Name))];
            }
        }
    }

    private int Eighth => _options.KeepResults / 8;

    /// <summary>The number of recorded results that could not be used.</summary>
    public long DamagedResults => _recorded.Damaged;

    /// <summary>Reads the results recorded before.</summary>
    public static Recorder Open(PartitionedLog log, LogProducer producer, InferenceOptions options, TimeProvider time)
        => new(log, producer, options, time);

    /// <summary>Prepares a model for requests.</summary>
    /// <param name="embedder">The model to call.</param>
    /// <param name="isBackfill">Whether a worker takes its texts only while no others wait.</param>
    public RecordedModel Model(ITextEmbedder embedder, bool isBackfill)
    {
        lock (_lock)
        {
            if (_models.TryGetValue((embedder.Id!, isBackfill), out var model)) return model;
            model = new RecordedModel(embedder, isBackfill, _options, _time, FindAsync, Finish, Fail);
            _models.Add((embedder.Id!, isBackfill), model);
            CollectionsMarshal.GetValueRefOrAddDefault(_recorded.Accounts, model.Number, out _);
            _workers.Open(model.Queue);
            return model;
        }
    }

    /// <summary>Whether a result is recorded or being computed.</summary>
    public bool Has(UInt128 key)
    {
        lock (_lock) return _inFlight.ContainsKey(key) || _recorded.TryGet(key, out _);
    }

    /// <summary>Returns the result of a text, once it is recorded.</summary>
    /// <param name="model">The model.</param>
    /// <param name="key">The key of model and text.</param>
    /// <param name="text">The text.</param>
    /// <param name="isNew">Whether the model is called for it.</param>
    public Task<EmbeddedText> EmbedAsync(RecordedModel model, UInt128 key, string text, out bool isNew)
    {
        PendingText pending;
        lock (_lock)
        {
            isNew = false;
            ref var account = ref AccountOf(model);
            if (_recorded.TryGet(key, out var result))
            {
                account.SavedTexts++;
                account.SavedTokens += result.Tokens;
                return Task.FromResult(result);
            }

            if (_inFlight.TryGetValue(key, out pending!))
            {
                account.SavedTexts++;
                return pending.Task;
            }

            isNew = true;
            _inFlight.Add(key, pending = new PendingText(key, text));
        }

        _workers.Post(model.Queue, pending);
        return pending.Task;
    }

    /// <summary>Waits for the calls in progress, so that the model may be freed, and for their commits.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var model in _models.Values) await _workers.CloseAsync(model.Queue).ConfigureAwait(false);
        await _producer.DisposeAsync().ConfigureAwait(false);
        foreach (var model in _models.Values) model.Queue.Dispose();
        await _reading.WaitAsync().ConfigureAwait(false); // for good: nothing is read any more
        _recorded.Dispose();
        await _closing.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Reads what other processes have recorded, and answers the texts that are among it; returns the others.</summary>
    private async Task<IReadOnlyList<PendingText>> FindAsync(RecordedModel model, IReadOnlyList<PendingText> texts)
    {
        try
        {
            await ReadOnAsync().ConfigureAwait(false);
            return [.. texts.Where(text => !TryAnswer(model, text))];
        }
        catch (Exception error)
        {
            foreach (var text in texts) Fail(text, error);
            return [];
        }
    }

    /// <summary>Reads what is new in the topic, and trims it seldom: it may hold an eighth more than is kept.</summary>
    private async Task ReadOnAsync()
    {
        await _reading.WaitAsync(_closing.Token).ConfigureAwait(false);
        try
        {
            Volatile.Write(ref _unread, 0);
            for (var end = _producer.Topic.StableOffset(0); _recorded.TryRead(end, out var batch);)
                lock (_lock) _recorded.Add(in batch);
            if (_recorded.Start <= _trimmedTo + Eighth) return;
            await _log.TrimAsync(_producer.Topic.Name, 0, _trimmedTo = _recorded.Start).ConfigureAwait(false);
        }
        finally
        {
            _reading.Release();
        }
    }

    private bool TryAnswer(RecordedModel model, PendingText text)
    {
        EmbeddedText? result;
        lock (_lock)
        {
            if (!_recorded.TryGet(text.Key, out result)) return false;
            ref var account = ref AccountOf(model);
            account.SavedTexts++;
            account.SavedTokens += result.Tokens;
            _inFlight.Remove(text.Key);
        }

        text.SetResult(result);
        return true;
    }

    private void Finish(RecordedModel model, IReadOnlyList<PendingText> texts, EmbeddedText[] results, TimeSpan time)
    {
        var (each, rest) = Math.DivRem((long)time.TotalMicroseconds, texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            Charge(model, new(i == 0 ? 1 : 0, 1, results[i].Tokens, i == 0 ? each + rest : each, 0, 0));
            if (FaultOf(model, results[i].Vector) is { } fault) Fail(texts[i], ModelException.NoVector(model.Name, fault));
            else _ = RecordAsync(model, texts[i], results[i]);
        }
    }

    /// <summary>Returns why a vector cannot be recorded; null if it can.</summary>
    private string? FaultOf(RecordedModel model, float[] vector)
    {
        if (vector.Length == 0) return "without numbers";
        if (!TensorPrimitives.IsFiniteAll<float>(vector)) return "with a number that is not finite";
        lock (_lock)
        {
            return _recorded.IsLengthOf(model.Number, vector.Length)
                ? null
                : $"of {vector.Length} numbers, where those before have {_recorded.DimensionsOf(model.Number)}: "
                    + "vectors of one model are of one length, and another model is named by ModelId";
        }
    }

    private async Task RecordAsync(RecordedModel model, PendingText text, EmbeddedText result)
    {
        try
        {
            var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
            while (!TryAppend(model, text.Key, result, now)) await _producer.FlushAsync().ConfigureAwait(false);
            await _producer.FlushAsync().ConfigureAwait(false);
            Keep(text, result, now);
            if (Interlocked.Increment(ref _unread) > Eighth) await ReadOnAsync().ConfigureAwait(false);
            text.SetResult(result);
        }
        catch (Exception error)
        {
            Fail(text, error);
        }
    }

    private void Charge(RecordedModel model, Account cost)
    {
        lock (_lock)
        {
            ref var account = ref AccountOf(model);
            account.Calls += cost.Calls;
            account.Texts += cost.Texts;
            account.Tokens += cost.Tokens;
            account.Microseconds += cost.Microseconds;
        }
    }

    private ref Account AccountOf(RecordedModel model) => ref CollectionsMarshal.GetValueRefOrNullRef(_recorded.Accounts, model.Number);

    /// <summary>Appends a result with the account so far, within the lock, so that the last record has the last account.</summary>
    private bool TryAppend(RecordedModel model, UInt128 key, EmbeddedText result, long now)
    {
        lock (_lock)
            return _producer.TryAppend(0, now, ResultFormat.KeyOf(key), ResultFormat.ValueOf(result, model.Number, in AccountOf(model)));
    }

    /// <summary>Moves a durable result to the recorded ones.</summary>
    private void Keep(PendingText text, EmbeddedText result, long now)
    {
        lock (_lock)
        {
            _recorded.Add(text.Key, result, now);
            _inFlight.Remove(text.Key);
        }
    }

    private void Fail(PendingText text, Exception error)
    {
        lock (_lock) _inFlight.Remove(text.Key);
        text.SetException(error);
    }
}
