using System.Globalization;
using System.Text;

namespace Dataflow.Perf.Nexmark;

/// <summary>Counts rows and sums up their checksums, so that their order does not matter.</summary>
/// <remarks>A row is its columns joined by '|', written here column by column; texts are ASCII. No strings are made.</remarks>
internal sealed class RowSum(long count = 0, ulong checksum = 0)
{
    private const int RowsAtOnce = 64;
    private const int LongestNumber = 20;

    private readonly int[] _ends = new int[RowsAtOnce];
    private readonly int[] _weights = new int[RowsAtOnce];
    private byte[] _bytes = new byte[1 << 14];
    private int _rows;
    private int _length;
    private long _count = count;
    private ulong _checksum = checksum;

    /// <summary>Told of each row's columns and weight; null: nobody asks.</summary>
    public Action<ReadOnlySpan<byte>, int>? Ended { get; init; }

    /// <summary>How many rows there are.</summary>
    public long Count => _count;

    /// <summary>The sum modulo 2^64 of the FNV-1a-64 of each row.</summary>
    public ulong Checksum
    {
        get
        {
            Settle();
            return _checksum;
        }
    }

    /// <summary>What is written of the row so far.</summary>
    public ReadOnlySpan<byte> Text => _bytes.AsSpan(RowStart, _length - RowStart);

    private int RowStart => _rows == 0 ? 0 : _ends[_rows - 1];

    public RowSum Add(long number)
    {
        var room = Column(LongestNumber);
        number.TryFormat(room, out var written, provider: CultureInfo.InvariantCulture);
        _length += written;
        return this;
    }

    public RowSum Add(ReadOnlySpan<char> text)
    {
        Ascii.FromUtf16(text, Column(text.Length), out var written);
        _length += written;
        return this;
    }

    public RowSum Add(string text) => Add(text.AsSpan());

    public RowSum Add(Utf8 text)
    {
        text.Span.CopyTo(Column(text.Length));
        _length += text.Length;
        return this;
    }

    public RowSum Add(IReadOnlyList<long> numbers)
    {
        for (var i = 0; i < numbers.Count; i++) Add(numbers[i]);
        return this;
    }

    /// <summary>Ends the row.</summary>
    /// <param name="weight">1: the row is there; −1: it is taken back.</param>
    public void End(int weight = 1)
    {
        Ended?.Invoke(Text, weight);
        _ends[_rows] = _length;
        _weights[_rows] = weight;
        _count += weight;
        if (++_rows == RowsAtOnce) Settle();
    }

    private void Settle()
    {
        _checksum += Fnv.Sum(_bytes, _ends.AsSpan(0, _rows), _weights.AsSpan(0, _rows));
        _rows = 0;
        _length = 0;
    }

    /// <summary>The room for a column, behind what separates it from the one before.</summary>
    private Span<byte> Column(int length)
    {
        if (_bytes.Length - _length <= length) Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + length + 1));
        if (_length > RowStart) _bytes[_length++] = (byte)'|';
        return _bytes.AsSpan(_length);
    }
}
