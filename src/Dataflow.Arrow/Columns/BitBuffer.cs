using Apache.Arrow;

namespace Dataflow.Arrow;

/// <summary>Bits in Arrow's order: the first is the lowest of the first byte.</summary>
internal sealed class BitBuffer
{
    private byte[] _bytes = new byte[32];
    private int _count;

    /// <summary>The number of bits that are 0.</summary>
    public int Zeros { get; private set; }

    public void Add(bool bit)
    {
        var index = _count >> 3;
        if (index == _bytes.Length) System.Array.Resize(ref _bytes, _bytes.Length * 2);
        if ((_count & 7) == 0) _bytes[index] = 0;
        if (bit) _bytes[index] |= (byte)(1 << (_count & 7));
        else Zeros++;
        _count++;
    }

    public ArrowBuffer ToArrow() => new(_bytes.AsMemory(0, (_count + 7) >> 3));

    /// <summary>Returns the bits as a validity bitmap, which is empty if no value is missing.</summary>
    public ArrowBuffer ToValidity() => Zeros == 0 ? ArrowBuffer.Empty : ToArrow();

    public void Clear() => _count = Zeros = 0;
}
