using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Dataflow.Log;

namespace Dataflow.Onnx.Recording;

/// <summary>Embeds each text once: a vector is in the log before anyone gets it, and is found there after a crash.</summary>
/// <remarks>One for all workers of a step in a job. Safe for any number of threads. Results are committed in groups: while
/// one commit is on its way to the disk the next one gathers.</remarks>
internal sealed class Recorder : IAsyncDisposable
{
    private readonly LogStore _log;
    private readonly LogProducer _producer;
    private readonly EmbeddingModel _model;
    private readonly RecordedVectors _recorded;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<UInt128, Call> _inFlight = [];
    private readonly Queue<Call> _waiting = new();
    private readonly TaskCompletionSource _callersEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _callers;
    private bool _isClosed;
    private long _trimmedTo;

    private Recorder(LogStore log, string topic, EmbeddingModel model, RecordedVectors recorded, TimeProvider time)
    {
        (_log, _model, _recorded, _time) = (log, model, recorded, time);
        _producer = log.CreateProducer(topic);
    }

    /// <summary>Reads what was recorded before.</summary>
    /// <exception cref="ModelException">The topic holds something else.</exception>
    public static Recorder Open(LogStore log, string topic, EmbeddingModel model, int keep, TimeProvider time)
        => new(log, topic, model, RecordedVectors.Read(log, topic, keep), time);

    /// <summary>The vector of a text, once it is recorded. It is shared: not to be written to.</summary>
    /// <param name="key">Stands for model and text.</param>
    /// <param name="text">The text.</param>
    /// <param name="isNew">Whether the model is called for it.</param>
    public Task<float[]> EmbedAsync(UInt128 key, string text, out bool isNew)
    {
        lock (_lock)
        {
            isNew = false;
            if (_recorded.TryGet(key, out var vector)) return Task.FromResult(vector);
            if (_inFlight.TryGetValue(key, out var call)) return call.Task;
            isNew = true;
            call = new Call(key, text);
            _inFlight.Add(key, call);
            _waiting.Enqueue(call);
            if (_callers < Environment.ProcessorCount)
            {
                _callers++;
                _ = Task.Run(CallWaiting);
            }

            return call.Task;
        }
    }

    /// <summary>Waits for the calls that run, so that the model may be freed, and for their commits.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            if (_callers == 0) _callersEnded.TrySetResult();
        }

        await _callersEnded.Task.ConfigureAwait(false);
        await _producer.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>One of the callers, of which there is one for each processor: works as long as texts wait.</summary>
    private void CallWaiting()
    {
        while (Next() is { } call)
        {
            try
            {
                _ = RecordAsync(call, _model.Embed(call.Text));
            }
            catch (Exception error)
            {
                Fail(call, error);
            }
        }
    }

    private Call? Next()
    {
        lock (_lock)
        {
            if (!_isClosed && _waiting.TryDequeue(out var call)) return call;
            _callers--; // within the lock: who adds a text after this sees that a caller is missing
            if (_isClosed && _callers == 0) _callersEnded.TrySetResult();
            return null;
        }
    }

    private async Task RecordAsync(Call call, float[] vector)
    {
        try
        {
            var key = new byte[RecordedVectors.KeyBytes];
            BinaryPrimitives.WriteUInt128BigEndian(key, call.Key);
            var bytes = MemoryMarshal.AsBytes(vector.AsSpan()).ToArray();
            await _producer.AppendAsync(0, _time.GetUtcNow().ToUnixTimeMilliseconds(), key, bytes).ConfigureAwait(false);
            await _producer.FlushAsync().ConfigureAwait(false);
            await TrimAsync(Keep(call, vector)).ConfigureAwait(false);
            call.SetResult(vector);
        }
        catch (Exception error)
        {
            Fail(call, error);
        }
    }

    /// <summary>Moves a vector, now durable, to those that are recorded; returns where the topic is to begin.</summary>
    private long Keep(Call call, float[] vector)
    {
        lock (_lock)
        {
            _recorded.Add(call.Key, vector);
            _inFlight.Remove(call.Key);
            return StartOfKept();
        }
    }

    /// <summary>Trims seldom: the topic may hold an eighth more than is kept. 0: not now.</summary>
    private long StartOfKept()
    {
        var start = _producer.Topic.EndOffset(0) - _recorded.Keep;
        if (start <= Math.Max(_trimmedTo, _producer.Topic.StartOffset(0)) + _recorded.Keep / 8) return 0;
        return _trimmedTo = start;
    }

    private ValueTask TrimAsync(long start) => start == 0 ? default : _log.TrimAsync(_producer.Topic.Name, 0, start);

    private void Fail(Call call, Exception error)
    {
        lock (_lock) _inFlight.Remove(call.Key);
        call.SetException(error);
    }

    /// <summary>A text on its way to the model and its vector on its way to the disk.</summary>
    private sealed class Call(UInt128 key, string text)
        : TaskCompletionSource<float[]>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public UInt128 Key { get; } = key;

        public string Text { get; } = text;
    }
}
