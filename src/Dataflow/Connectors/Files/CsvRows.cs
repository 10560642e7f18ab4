using nietras.SeparatedValues;

namespace Dataflow;

/// <summary>The rows of a CSV file, the header included.</summary>
internal sealed class CsvRows : IDisposable
{
    private readonly FileStream _file;
    private readonly CsvText _text;
    private readonly SepReader _rows;
    private readonly bool _hasQuotes;
    private char[] _unquoted = [];
    private CsvRowNote _note; // of the current row
    private long _row = -1;

    /// <param name="file">The file. Owned, also when this constructor throws.</param>
    /// <param name="path">Its name, whose ending tells whether it is compressed.</param>
    /// <param name="options">The format of the file.</param>
    public CsvRows(FileStream file, string path, CsvOptions options)
    {
        (_file, _hasQuotes) = (file, options.HasQuotes);
        _text = new CsvText(InputFile.Text(file, path), options);
        try
        {
            // Columns are counted and named here: the library's errors would quote the cells.
            _rows = Sep.New(options.Separator).Reader(sep => sep with
            {
                HasHeader = false,
                DisableColCountCheck = true,
                DisableQuotesParsing = !options.HasQuotes,
            }).From(_text);
        }
        catch
        {
            _text.Dispose();
            throw;
        }
    }

    public SepReader.Row Current => _rows.Current;

    /// <summary>The number of bytes of the file that were read.</summary>
    public long BytesRead => _file.Position;

    /// <summary>Moves to the next row; false at the end.</summary>
    /// <param name="fault">The reason why the row could not be read; null if it could.</param>
    public bool MoveNext(out string? fault)
    {
        var isRow = _rows.MoveNext();
        while (isRow && (_note = _text.NoteOf(++_row)).IsNoRow) isRow = _rows.MoveNext();
        fault = isRow ? _note.Fault : null;
        return isRow;
    }

    /// <summary>Returns a cell of the current row. Valid until the next call.</summary>
    public CsvCell Cell(int index)
    {
        var text = Current[index].Span;
        if (!_hasQuotes || text is not ['"', .. var inner, '"'])
            return new CsvCell(_note.HasHiddenQuotes ? Unhide(text) : text, isQuoted: false);
        return new CsvCell(inner.Contains('"') ? Unquote(inner) : inner, isQuoted: true);
    }

    public void Dispose() => _rows.Dispose();

    private ReadOnlySpan<char> Unhide(ReadOnlySpan<char> text)
    {
        if (_unquoted.Length < text.Length) _unquoted = new char[text.Length];
        text.Replace(_unquoted, CsvText.HiddenQuote, '"');
        return _unquoted.AsSpan(0, text.Length);
    }

    /// <summary>Removes one of every two quotes.</summary>
    private ReadOnlySpan<char> Unquote(ReadOnlySpan<char> text)
    {
        if (_unquoted.Length < text.Length) _unquoted = new char[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            _unquoted[length++] = text[i];
            if (text[i] == '"') i++;
        }

        return _unquoted.AsSpan(0, length);
    }
}
