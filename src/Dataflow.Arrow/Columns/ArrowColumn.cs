using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace Dataflow.Arrow;

/// <summary>Collects one property of many values.</summary>
internal abstract class ArrowColumn(Field field)
{
    public Field Field { get; } = field;

    /// <summary>Marks which of the values are not null.</summary>
    protected BitBuffer Validity { get; } = new();

    /// <summary>Adds the property of a row, which is a struct in its box.</summary>
    /// <returns>The number of its bytes of variable length.</returns>
    public abstract int Add(object row);

    /// <summary>Returns the column as an array. Valid until <see cref="Clear"/>.</summary>
    public IArrowArray ToArray(int rows) => ArrowArrayFactory.BuildArray(ToData(rows));

    public virtual void Clear() => Validity.Clear();

    protected abstract ArrayData ToData(int rows);
}

/// <summary>A column of values of fixed size.</summary>
internal sealed class ArrowValues<TValue>(Field field, Func<object, TValue?> get) : ArrowColumn(field)
    where TValue : unmanaged
{
    private readonly ColumnBuffer _values = new();

    public override int Add(object row)
    {
        var found = get(row);
        _values.Add(found.GetValueOrDefault());
        Validity.Add(found.HasValue);
        return 0;
    }

    public override void Clear()
    {
        base.Clear();
        _values.Clear();
    }

    protected override ArrayData ToData(int rows)
        => new(Field.DataType, rows, Validity.Zeros, 0, [Validity.ToValidity(), _values.ToArrow()]);
}

/// <summary>A column of bits.</summary>
internal sealed class ArrowBits(Field field, Func<object, bool?> get) : ArrowColumn(field)
{
    private readonly BitBuffer _bits = new();

    public override int Add(object row)
    {
        var found = get(row);
        _bits.Add(found.GetValueOrDefault());
        Validity.Add(found.HasValue);
        return 0;
    }

    public override void Clear()
    {
        base.Clear();
        _bits.Clear();
    }

    protected override ArrayData ToData(int rows)
        => new(Field.DataType, rows, Validity.Zeros, 0, [Validity.ToValidity(), _bits.ToArrow()]);
}

/// <summary>A column of texts, bytes or lists: a position for each row, and the content between the positions.</summary>
internal abstract class ArrowSequences<TSequence>(Field field, Func<object, TSequence?> get) : ArrowColumn(field)
    where TSequence : class
{
    private readonly ColumnBuffer _ends = new();
    private readonly ColumnBuffer _elements = new();

    protected virtual int ElementBytes => 1;

    public override int Add(object row)
    {
        if (_ends.Length == 0) _ends.Add(0);
        var before = _elements.Length;
        var found = get(row);
        if (found is not null) Write(found, _elements);
        _ends.Add(_elements.Length / ElementBytes);
        Validity.Add(found is not null);
        return _elements.Length - before;
    }

    public override void Clear()
    {
        base.Clear();
        _ends.Clear();
        _elements.Clear();
    }

    protected abstract void Write(TSequence sequence, ColumnBuffer elements);

    protected override ArrayData ToData(int rows)
        => ToData(rows, _ends.ToArrow(), _elements.ToArrow(), _elements.Length / ElementBytes);

    protected virtual ArrayData ToData(int rows, ArrowBuffer ends, ArrowBuffer elements, int count)
        => new(Field.DataType, rows, Validity.Zeros, 0, [Validity.ToValidity(), ends, elements]);
}

internal sealed class ArrowTexts(Field field, Func<object, string?> get) : ArrowSequences<string>(field, get)
{
    // Text without a UTF-8 form is refused; the usual encoding would write another character.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    protected override void Write(string sequence, ColumnBuffer elements)
    {
        try
        {
            elements.Advance(Utf8.GetBytes(sequence, elements.Reserve(Utf8.GetMaxByteCount(sequence.Length))));
        }
        catch (EncoderFallbackException error)
        {
            throw new FormatException($"Property '{Field.Name}' holds half of a surrogate pair, which UTF-8 has no bytes for.", error);
        }
    }
}

internal sealed class ArrowBytes(Field field, Func<object, byte[]?> get) : ArrowSequences<byte[]>(field, get)
{
    protected override void Write(byte[] sequence, ColumnBuffer elements) => elements.Add(sequence);
}

internal sealed class ArrowFloats(Field field, Func<object, float[]?> get) : ArrowSequences<float[]>(field, get)
{
    protected override int ElementBytes => sizeof(float);

    protected override void Write(float[] sequence, ColumnBuffer elements)
        => elements.Add(MemoryMarshal.AsBytes(sequence.AsSpan()));

    protected override ArrayData ToData(int rows, ArrowBuffer ends, ArrowBuffer elements, int count)
        => new(Field.DataType, rows, Validity.Zeros, 0, [Validity.ToValidity(), ends],
            [new ArrayData(FloatType.Default, count, 0, 0, [ArrowBuffer.Empty, elements])]);
}
