using System.Buffers;
using System.Buffers.Binary;
using Dataflow.State;

namespace Dataflow.Codecs;

/// <summary>Takes the bytes of a value as what has changed of those before: parts that it keeps, and new bytes between them, in the order
/// in which they make the value.</summary>
public sealed class PatchWriter : IBufferWriter<byte>
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<KeptPart> _kept = [];

    internal PatchWriter()
    {
    }

    /// <summary>Goes on with a part of the bytes before.</summary>
    /// <param name="from">Where it begins in them.</param>
    /// <param name="count">How many bytes it has.</param>
    public void Keep(int from, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count > 0) _kept.Add(new(_bytes.WrittenCount, from, count));
    }

    /// <inheritdoc/>
    public void Advance(int count) => _bytes.Advance(count);

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);

    internal void Begin()
    {
        _bytes.ResetWrittenCount();
        _kept.Clear();
    }

    /// <summary>Returns the patch; valid until <see cref="Begin"/>.</summary>
    internal ReadOnlySpan<byte> Complete()
    {
        foreach (var part in _kept) part.Write(_bytes);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.GetSpan(sizeof(int)), _kept.Count);
        _bytes.Advance(sizeof(int));
        return _bytes.WrittenSpan;
    }
}
