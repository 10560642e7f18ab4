using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Recording;
using Dataflow.Onnx.Versions;

namespace Dataflow.Onnx;

/// <summary>The outcome for a value's text: its result, with that of the tried model, or the reason why it has none.</summary>
internal readonly record struct Embedded(EmbeddedText? Found, EmbeddedText? Tried, string? Failure);

/// <summary>Requests the vectors of texts from the recorder, and computes results from them.</summary>
internal sealed class EmbedOperator<T, TOut>(EmbedNode<T, TOut> node)
    : CallingOperator<T, Embedded, TOut>(node.Options.Calls with { Timeout = null }, node.Order)
{
    private static readonly Task<Embedded> NoText = Task.FromResult(default(Embedded));

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private SideOutput<DeadLetter>? _failed;
    private Counter _called = null!; // set by Declare, as the others
    private Counter _reused = null!;
    private Counter _truncated = null!;
    private Counter _handedOut = null!;
    private Recorder _recorder = null!; // set by Open

    public override void Close()
    {
        base.Close();
        _hash.Dispose();
    }

    protected override void Declare(StepDeclaration declare)
    {
        base.Declare(declare);
        _failed = node.Failed is null ? null : declare.Output(node.Failed);
        _called = declare.Counter(CounterDefinition.Calls);
        _reused = declare.Counter(CounterDefinition.Reused);
        _truncated = declare.Counter(ModelCounters.Truncated);
        _handedOut = declare.Counter(ModelCounters.Failed);
        // the workers have one recorder
        declare.Report(ModelCounters.OfModels, () => Context.Worker == 0 ? ModelCounters.Of(_recorder) : []);
    }

    protected override void Open()
    {
        _recorder = Context.Shared(() => Recorder.Open(Context.Log, Context.CreateProducer(node.Topic), node.Options, Context.Time));
        base.Open();
    }

    protected override bool IsAnswered(T value)
    {
        if (HasNoText(value) || TextOf(value, out _) is not { } text) return true;
        var models = node.Models(value);
        return Has(models.Answers, text) && (models.Tried is null || Has(models.Tried, text));
    }

    protected override Task<Embedded> CallAsync(T value, CancellationToken cancellationToken)
        => HasNoText(value) ? NoText
            : TextOf(value, out var failure) is { } text
                ? EmbedAsync(node.Models(value), text) : Task.FromResult(new Embedded(null, null, failure));

    protected override void HandOn(in Record<T> record, Embedded result)
    {
        if (HasNoText(record.Value))
        {
            Emit(record.With(node.Result(record.Value, [], null)));
            return;
        }

        if (result.Found is not { } found)
        {
            Refuse(in record, result.Failure!);
            return;
        }

        if (found.IsTruncated) _truncated.Add();
        TOut made;
        try
        {
            // copies: the kept ones are used again
            made = node.Result(record.Value, [.. found.Vector], result.Tried is { } tried ? [.. tried.Vector] : null);
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        Emit(record.With(made));
    }

    protected override void HandOnFailed(in Record<T> record, Exception error)
    {
        if (error is not ModelException { IsTransient: false }) throw Fail(error, in record); // no text's fault: the log's, the service's
        Refuse(in record, error.Message);
    }

    private bool HasNoText(T value) => node.HasNoText is { } hasNoText && hasNoText(value);

    /// <summary>Selects the value's text; null, with the reason, if there is none.</summary>
    private string? TextOf(T value, out string? failure)
    {
        try
        {
            var text = node.Text(value);
            failure = text is null ? "The text is null." : null;
            return text;
        }
        catch (Exception error)
        {
            failure = error.Message;
            return null;
        }
    }

    private bool Has(ITextEmbedder embedder, string text) => _recorder.Has(KeyOf(ModelOf(embedder, node.Options.IsBackfill), text));

    private async Task<Embedded> EmbedAsync(AskedModels models, string text)
    {
        var found = AskAsync(ModelOf(models.Answers, node.Options.IsBackfill), text, out _);
        if (models.Tried is null) return new Embedded(await found.ConfigureAwait(false), null, null);
        var tried = AskAsync(ModelOf(models.Tried, isBackfill: true), text, out var key);
        return await CompareAsync(models.Trial!, key, found, tried).ConfigureAwait(false);
    }

    private static async Task<Embedded> CompareAsync(Trial trial, UInt128 key, Task<EmbeddedText> found, Task<EmbeddedText> tried)
    {
        await ((Task)tried).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var answer = await found.ConfigureAwait(false);
        if (!tried.IsCompletedSuccessfully)
        {
            trial.Failed(tried.Exception?.InnerException ?? new OperationCanceledException());
            return new Embedded(answer, null, null);
        }

        var other = await tried.ConfigureAwait(false);
        trial.Add(key, answer.Vector, other.Vector);
        return new Embedded(answer, other, null);
    }

    private RecordedModel ModelOf(ITextEmbedder embedder, bool isBackfill) => _recorder.Model(embedder, isBackfill);

    private Task<EmbeddedText> AskAsync(RecordedModel model, string text, out UInt128 key)
    {
        key = KeyOf(model, text);
        var found = _recorder.EmbedAsync(model, key, text, out var isNew);
        if (isNew) _called.Add();
        else _reused.Add();
        return found;
    }

    /// <summary>Computes the key of a result: the first half of SHA-256, of the model's hash and the text's UTF-16.</summary>
    private UInt128 KeyOf(RecordedModel model, string text)
    {
        Span<byte> key = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.AppendData(model.Key);
        _hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
        _hash.GetHashAndReset(key);
        return BinaryPrimitives.ReadUInt128BigEndian(key);
    }

    private void Refuse(in Record<T> record, string reason)
    {
        if (_failed is null)
        {
            WriteDeadLetter(reason, record.Origin);
            return;
        }

        _handedOut.Add();
        _failed.Emit(record.With(Context.Refuse(reason, record.Origin)));
    }
}
