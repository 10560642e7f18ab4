using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Dataflow.Onnx.Inference;
using Dataflow.Onnx.Workers;

namespace Dataflow.Onnx.Recording;

/// <summary>A model whose results are recorded, with the texts that wait for it.</summary>
internal sealed class RecordedModel
{
    public RecordedModel(
        ITextEmbedder embedder, bool isBackfill, InferenceOptions options, TimeProvider time,
        Func<RecordedModel, IReadOnlyList<PendingText>, Task<IReadOnlyList<PendingText>>> find,
        Action<RecordedModel, IReadOnlyList<PendingText>, EmbeddedText[], TimeSpan> finish, Action<PendingText, Exception> fail)
    {
        Name = embedder.Name;
        Key = SHA256.HashData(MemoryMarshal.AsBytes((embedder.Id ?? "").AsSpan()));
        Number = BinaryPrimitives.ReadUInt32LittleEndian(Key);
        Queue = new WorkQueue(
            embedder, isBackfill, options.Calls.Timeout, time, texts => find(this, texts),
            (texts, results, span) => finish(this, texts, results, span), fail);
    }

    public string Name { get; }

    /// <summary>The bytes that identify the model in the keys of results.</summary>
    public byte[] Key { get; }

    /// <summary>The number that identifies the model in results.</summary>
    public uint Number { get; }

    public WorkQueue Queue { get; }
}
