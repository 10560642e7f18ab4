using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;

namespace Dataflow.Arrow;

/// <summary>Bytes that grow at their end and become an Arrow buffer without a copy.</summary>
internal sealed class ColumnBuffer
{
    private byte[] _bytes = [];

    public int Length { get; private set; }

    /// <summary>Makes room for more bytes.</summary>
    /// <returns>The room; <see cref="Advance"/> sets how much of it was used.</returns>
    public Span<byte> Reserve(int count)
    {
        // A new array, not a pool: the library may read a batch's memory until it is cleared.
        if (_bytes.Length - Length < count)
            System.Array.Resize(ref _bytes, checked(Math.Max(Length + count, Math.Max(256, Length * 2))));
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Add<TValue>(TValue value)
        where TValue : unmanaged
    {
        var size = Unsafe.SizeOf<TValue>();
        MemoryMarshal.Write(Reserve(size), in value);
        Length += size;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public ArrowBuffer ToArrow() => new(_bytes.AsMemory(0, Length));

    public void Clear() => Length = 0;
}
