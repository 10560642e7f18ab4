using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Dataflow.Onnx.Recording;

namespace Dataflow.Onnx;

/// <summary>A value with its vector, or with the reason why it has none.</summary>
internal readonly record struct Embedded<T>(T Value, float[]? Vector, string? Failure);

/// <summary>Asks the recorder for the vectors of texts.</summary>
internal sealed class EmbedOperator<T>(EmbeddingModel model, Func<T, string?> text, string topic, int keepResults)
    : AsyncOperator<T, Embedded<T>>(InFlight), ICountsCalls
{
    // Far more than there are calls at once: while a group of results is on its way to the disk, which may take longer than
    // many calls, the processors must find texts to work on.
    private static readonly int InFlight = 32 * Environment.ProcessorCount;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _model = SHA256.HashData(MemoryMarshal.AsBytes(model.Id.AsSpan()));
    private Recorder _recorder = null!; // set by Open

    public long Calls { get; private set; }

    public long Reused { get; private set; }

    public override void Close() => _hash.Dispose();

    protected override void Open()
        => _recorder = Context.Shared(() => Recorder.Open(Context.Log, topic, model, keepResults, Context.Time));

    protected override Task<Embedded<T>> StartAsync(T value)
    {
        string? found;
        try
        {
            found = text(value);
        }
        catch (Exception error)
        {
            return Task.FromResult(new Embedded<T>(value, null, error.Message));
        }

        return found is null
            ? Task.FromResult(new Embedded<T>(value, null, "The text is null."))
            : EmbedAsync(value, found);
    }

    private async Task<Embedded<T>> EmbedAsync(T value, string found)
    {
        var vector = _recorder.EmbedAsync(KeyOf(found), found, out var isNew);
        if (isNew) Calls++;
        else Reused++;
        try
        {
            return new Embedded<T>(value, await vector.ConfigureAwait(false), null);
        }
        catch (ModelException error)
        {
            return new Embedded<T>(value, null, error.Message);
        }
    }

    /// <summary>The first half of SHA-256, of the model's hash and the text's UTF-16.</summary>
    private UInt128 KeyOf(string found)
    {
        Span<byte> key = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.AppendData(_model);
        _hash.AppendData(MemoryMarshal.AsBytes(found.AsSpan()));
        _hash.GetHashAndReset(key);
        return BinaryPrimitives.ReadUInt128BigEndian(key);
    }
}

/// <summary>Makes results of vectors, on the task's thread, and dead letters of failures.</summary>
internal sealed class EmbedResultOperator<T, TOut>(string step, Func<T, float[], TOut> result)
    : Operator<Embedded<T>, TOut>
{
    private Operator<DeadLetter>? _failed;

    internal override bool IsOneToOne => true;

    public void ConnectFailedTo(Operator<DeadLetter> failed) => _failed = failed;

    public override void Process(in Record<Embedded<T>> record)
    {
        var (value, vector, failure) = record.Value;
        if (vector is null)
        {
            Refuse(in record, Context.Refuse(failure!, record.Origin) with { Step = step });
            return;
        }

        TOut made;
        try
        {
            made = result(value, [.. vector]); // a copy: the kept one is used again
        }
        catch (Exception error)
        {
            Reject(error, in record);
            return;
        }

        Emit(record.With(made));
    }

    public override void Advance(long watermark)
    {
        base.Advance(watermark);
        _failed?.Advance(watermark);
    }

    private void Refuse(in Record<Embedded<T>> record, DeadLetter letter)
    {
        if (_failed is null)
        {
            Write(letter);
            return;
        }

        DeadLetters++;
        _failed.Process(record.With(letter));
    }
}
