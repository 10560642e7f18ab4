using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Dataflow.Arrow;

/// <summary>Joins parts of arrays into one array, whose bytes depend only on the rows. Its buffers are reused.</summary>
/// <remarks>For the layouts that <c>ArrowColumns</c> makes. The library's own function takes the wrong elements of a list that is a part of
/// another.</remarks>
internal sealed class JoinedColumn(IArrowType type)
{
    private readonly BitBuffer _validity = new();
    private readonly BitBuffer _bits = new();
    private readonly ColumnBuffer _values = new(); // for sequences: their ends
    private readonly ColumnBuffer _elements = new();
    private int _rows;

    /// <summary>The bytes of texts, bytes and lists collected so far.</summary>
    public int VariableBytes => _elements.Length;

    public void Add(ArrayData part, int start, int count)
    {
        start += part.Offset;
        for (var i = start; i < start + count; i++) _validity.Add(part.Buffers[0].IsEmpty || BitUtility.GetBit(part.Buffers[0].Span, i));
        if (type is BooleanType) AddBits(part.Buffers[1].Span, start, count);
        else if (type is FixedWidthType { BitWidth: var width })
            _values.Add(part.Buffers[1].Span.Slice(start * width / 8, count * width / 8));
        else if (type is ListType) AddSequences(part, part.Children[0].Buffers[1].Span, sizeof(float), start, count);
        else AddSequences(part, part.Buffers[2].Span, 1, start, count);
        _rows += count;
    }

    /// <summary>Returns the array. Valid until <see cref="Clear"/>.</summary>
    public IArrowArray ToArray() => ArrowArrayFactory.BuildArray(type switch
    {
        BooleanType => Of(_bits.ToArrow()),
        FixedWidthType => Of(_values.ToArrow()),
        ListType => new ArrayData(type, _rows, _validity.Zeros, 0, [_validity.ToValidity(), _values.ToArrow()],
            [new ArrayData(FloatType.Default, _elements.Length / sizeof(float), 0, 0, [ArrowBuffer.Empty, _elements.ToArrow()])]),
        _ => Of(_values.ToArrow(), _elements.ToArrow()),
    });

    public void Clear()
    {
        _validity.Clear();
        _bits.Clear();
        _values.Clear();
        _elements.Clear();
        _rows = 0;
    }

    private ArrayData Of(params ReadOnlySpan<ArrowBuffer> values)
        => new(type, _rows, _validity.Zeros, 0, [_validity.ToValidity(), .. values]);

    private void AddBits(ReadOnlySpan<byte> bits, int start, int count)
    {
        for (var i = start; i < start + count; i++) _bits.Add(BitUtility.GetBit(bits, i));
    }

    private void AddSequences(ArrayData part, ReadOnlySpan<byte> elements, int elementBytes, int start, int count)
    {
        if (_values.Length == 0) _values.Add(0);
        var ends = MemoryMarshal.Cast<byte, int>(part.Buffers[1].Span).Slice(start, count + 1);
        var shift = (_elements.Length / elementBytes) - ends[0];
        foreach (var end in ends[1..]) _values.Add(end + shift);
        _elements.Add(elements[(ends[0] * elementBytes)..(ends[^1] * elementBytes)]);
    }
}
