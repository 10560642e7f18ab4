using ParquetSharp;

namespace Dataflow.Arrow;

/// <summary>Reads a column of a file as values of a member's type, a row group at a time.</summary>
internal abstract class ParquetValues : IDisposable
{
    /// <summary>An array of the member's type with the values that were read last.</summary>
    public abstract Array Values { get; }

    /// <summary>Moves to the start of a row group.</summary>
    public abstract void Open(RowGroupReader group);

    /// <summary>Skips rows of the group.</summary>
    public abstract void Skip(long rows);

    /// <summary>Reads the next rows of the group.</summary>
    /// <param name="rows">The number of rows; at most <see cref="ParquetRows.BatchRows"/>, and no more than the group has.</param>
    /// <param name="bad">Receives the rows whose value the member cannot hold, with the reason.</param>
    /// <exception cref="InvalidDataException">The column is damaged.</exception>
    public abstract void Read(int rows, Dictionary<int, BadCellException> bad);

    public abstract void Dispose();
}

/// <summary>A column of the file's values, each converted to the member's type.</summary>
internal sealed class ParquetValues<TFile, TResult>(string name, int index, RowMember member, Func<TFile, TResult> convert) : ParquetValues
    where TFile : unmanaged
{
    private readonly TFile[] _found = new TFile[ParquetRows.BatchRows];
    private readonly short[] _present = new short[ParquetRows.BatchRows]; // 0: null, 1: a value
    private readonly short[] _unused = new short[ParquetRows.BatchRows];
    private readonly TResult[] _results = new TResult[ParquetRows.BatchRows];
    private ColumnReader<TFile>? _reader;
    private bool _takesAll;

    public override Array Values => _results;

    public override void Open(RowGroupReader group)
    {
        Dispose();
        _reader = (ColumnReader<TFile>)Try(() => group.Column(index));
        _takesAll = _reader.ColumnDescriptor.MaxDefinitionLevel == 0;
    }

    public override void Skip(long rows)
    {
        while (rows > 0)
        {
            var skipped = Try(() => _reader!.Skip(rows));
            if (skipped <= 0) throw Damaged("it ends too early");
            rows -= skipped;
        }
    }

    public override void Read(int rows, Dictionary<int, BadCellException> bad)
    {
        for (var row = 0; row < rows;)
        {
            var count = ReadSome(rows - row);
            var value = 0;
            for (var end = row + count; row < end; row++)
            {
                var isPresent = _takesAll || _present[row - end + count] == 1;
                if (isPresent) Convert(row, _found[value++], bad);
                else if (member.TakesNull) _results[row] = default!;
                else bad[row] = BadCellException.Null(name, member);
            }
        }
    }

    public override void Dispose() => _reader?.Dispose();

    /// <summary>Reads values that are stored together; texts and bytes are valid until the next call.</summary>
    private int ReadSome(int rows) => Try(() =>
    {
        var count = _takesAll
            ? _reader!.ReadBatch(rows, _found, out var values)
            : _reader!.ReadBatch(rows, _present, _unused, _found, out values);
        var expected = _takesAll ? count : _present.AsSpan(0, (int)count).Count((short)1);
        return count > 0 && values == expected ? (int)count : throw new InvalidDataException("it ends too early");
    });

    private void Convert(int row, TFile value, Dictionary<int, BadCellException> bad)
    {
        try
        {
            _results[row] = convert(value);
        }
        catch (Exception error) when (error is ArithmeticException or ArgumentException)
        {
            bad[row] = BadCellException.NoRoom(name, member, error);
        }
    }

    private T Try<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error)
        {
            throw Damaged(error.Message.Split('\n')[0].TrimEnd('.'), error);
        }
    }

    private InvalidDataException Damaged(string reason, Exception? inner = null) => new($"column '{name}' is damaged ({reason})", inner);
}
