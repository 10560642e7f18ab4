using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Dataflow;

/// <summary>Passes text to the library that cuts it into cells, row by row, and blanks the rows that it would read wrongly.</summary>
/// <remarks>To the library any quote opens or closes a cell, wherever it stands, so that one too many joins all rows up to the next quote,
/// or to the end. Here a quote opens at the start of a cell, and closes at its end; inside a cell that does not begin with one it is a
/// character like any other, and hidden from the library. Where a quote does not close, the line in which it opened is a row that could not
/// be read, and the next row begins behind that line. Lines that are not rows, rows that are too long, and rows with invalid bytes are
/// blanked too. The number of lines stays the same.</remarks>
internal sealed class CsvText : TextReader
{
    /// <summary>The size of the library's buffer, less what it needs itself.</summary>
    internal const int MaxRowCharacters = 16_000_000;

    /// <summary>The replacement for a quote without meaning: a code point that is never a character.</summary>
    internal const char HiddenQuote = '\uFFFE';

    private const int FirstBufferCharacters = 1 << 16;

    private readonly TextInput _input;
    private readonly CsvOptions _options;
    private readonly char _mark; // besides line ends
    private readonly Queue<CsvRowNote> _notes = [];
    private char[] _text = new char[FirstBufferCharacters];
    private int _start; // of the text that was not returned yet
    private int _rowStart; // the start of the current row: the text before it is ready to be returned
    private int _next; // the first character not looked at yet
    private int _end;
    private int _quote = -1; // the position of the open quote
    private long _quoteLine;
    private long _rowLine = 1;
    private long _line = 1;
    private long _row;
    private string? _fault; // of the current row
    private int _hidden; // the number of quotes without meaning in the current row
    private bool _isAtEnd;

    public CsvText(Stream stream, CsvOptions options)
    {
        (_input, _options) = (new TextInput(stream, options.Encoding), options);
        _mark = options.HasQuotes ? '"' : '\n';
    }

    /// <summary>Returns the note on a row; to be called once for each row, in order.</summary>
    /// <param name="row">The row's number, from 0; lines that are not rows count too.</param>
    public CsvRowNote NoteOf(long row) => _notes.TryPeek(out var note) && note.Row == row ? _notes.Dequeue() : default;

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int Read(Span<char> buffer)
    {
        while (_start == _rowStart && !(_isAtEnd && _rowStart == _end)) Advance();
        var count = Math.Min(buffer.Length, _rowStart - _start);
        _text.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _input.Dispose();
        base.Dispose(disposing);
    }

    private void Advance()
    {
        Fill();
        while (TryFindMark())
        {
            if (_text[_next] == '"') TakeQuote();
            else TakeLineEnd();
        }

        if (!_isAtEnd) return;
        if (_quote >= 0) Fail("is not closed");
        else if (_rowStart < _end) EndRow(_end, _end);
    }

    /// <summary>Moves to the next quote or line end; false where that, or the character behind it, is not loaded yet.</summary>
    private bool TryFindMark()
    {
        var text = _text.AsSpan(_next, _end - _next);
        var found = IndexOfMark(text);
        _next = found < 0 ? _end : _next + found;
        return found >= 0 && (_next + 1 < _end || _isAtEnd);
    }

    // In rows of quoted cells the next mark is near, and calling a vectorized search takes longer than a loop.
    private int IndexOfMark(ReadOnlySpan<char> text)
    {
        if (text.Length >= Vector256<ushort>.Count)
        {
            var first = Vector256.Create(MemoryMarshal.Cast<char, ushort>(text));
            var marks = Vector256.Equals(first, Vector256.Create((ushort)_mark)) | Vector256.Equals(first, Vector256.Create((ushort)'\n'))
                | Vector256.Equals(first, Vector256.Create((ushort)'\r'));
            if (marks != Vector256<ushort>.Zero) return BitOperations.TrailingZeroCount(marks.ExtractMostSignificantBits());
        }

        return text.IndexOfAny(_mark, '\r', '\n');
    }

    private void TakeQuote()
    {
        if (_quote >= 0) CloseQuote();
        else if (_fault is null && !IsNoRow(_text.AsSpan(_rowStart, _next - _rowStart))) OpenQuote();
        else _next++;
    }

    private void OpenQuote()
    {
        if (_next == _rowStart || _text[_next - 1] == _options.Separator)
        {
            (_quote, _quoteLine) = (_next++, _line);
            return;
        }

        _text[_next++] = HiddenQuote;
        _hidden++;
    }

    private void CloseQuote()
    {
        if (IsNext('"'))
        {
            _next += 2;
        }
        else if (_next + 1 == _end || IsNext(_options.Separator) || IsNext('\r') || IsNext('\n'))
        {
            _next++;
            _quote = -1;
        }
        else
        {
            Fail("is closed by one that text follows");
        }
    }

    private void TakeLineEnd()
    {
        var at = _next;
        _next += _text[at] == '\r' && IsNext('\n') ? 2 : 1;
        _line++;
        var max = _options.MaxLinesInCell;
        if (_quote < 0) EndRow(at, _next);
        else if (_line - _quoteLine > max)
            Fail($"is not closed within {max} lines, {nameof(CsvOptions)}.{nameof(CsvOptions.MaxLinesInCell)}");
    }

    private bool IsNext(char expected) => _next + 1 < _end && _text[_next + 1] == expected;

    /// <summary>Gives up the current row, up to the end of the line in which its last quote opened.</summary>
    private void Fail(string reason)
    {
        var column = _quote - _text.AsSpan(_rowStart, _quote - _rowStart).LastIndexOfAny('\r', '\n') - _rowStart;
        _fault = $"line {_quoteLine}, character {column}: the quote {reason}. Inside of quotes, quotes are doubled; "
            + $"where quotes mean nothing, set {nameof(CsvOptions)}.{nameof(CsvOptions.HasQuotes)} to false";
        (_next, _line, _quote) = (_quote + 1, _quoteLine, -1);
    }

    private void EndRow(int end, int next)
    {
        var row = _text.AsSpan(_rowStart, end - _rowStart);
        var isNoRow = IsNoRow(row);
        if (!isNoRow && _input.HasBadBytes && row.Contains(TextInput.NoText)) _fault ??= BadBytes(row);
        if (_hidden > 0 && row.Count(HiddenQuote) != _hidden)
            _fault ??= $"line {_rowLine}: it has the code point U+FFFE, which is no character";
        if (isNoRow || _fault is not null || _hidden > 0) _notes.Enqueue(new(_row, isNoRow, _fault, _hidden > 0));
        if (isNoRow || _fault is not null) Blank(row);
        (_fault, _hidden, _rowStart, _rowLine) = (null, 0, next, _line);
        _row++;
    }

    private bool IsNoRow(ReadOnlySpan<char> row)
        => _row < _options.SkippedLines || (_options.Comment is { } comment && row.StartsWith(comment));

    private string BadBytes(ReadOnlySpan<char> row)
    {
        var line = _rowLine + row[..row.IndexOf(TextInput.NoText)].Count('\n');
        return $"line {line}: it is not {_input.EncodingName}. Name the file's encoding in "
            + $"{nameof(CsvOptions)}.{nameof(CsvOptions.Encoding)}";
    }

    // Line breaks stay, in quotes, so that the library counts the same number of lines and rows.
    private static void Blank(Span<char> row)
    {
        var hasLines = row.ContainsAny('\r', '\n');
        foreach (ref var character in row)
        {
            if (character is not ('\r' or '\n')) character = ' ';
        }

        if (hasLines) row[0] = row[^1] = '"';
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _text.AsSpan(_start, _end - _start).CopyTo(_text);
            (_rowStart, _next, _end, _quote) = (_rowStart - _start, _next - _start, _end - _start, Math.Max(-1, _quote - _start));
            _start = 0;
        }

        if (_isAtEnd) return;
        if (_end > _text.Length - 2 && !TryGrow())
        {
            GiveUp();
            return;
        }

        var read = _input.Read(_text.AsSpan(_end));
        _end += read;
        _isAtEnd = read == 0;
    }

    private bool TryGrow()
    {
        if (_text.Length >= MaxRowCharacters) return false;
        Array.Resize(ref _text, Math.Min(_text.Length * 2, MaxRowCharacters));
        return true;
    }

    /// <summary>Makes room where a row fills the whole buffer.</summary>
    private void GiveUp()
    {
        if (_quote >= 0) Fail($"is not closed within {MaxRowCharacters} characters");
        _fault ??= $"line {_rowLine}: it has more than {MaxRowCharacters} characters";
        while (TryFindMark())
        {
            if (_text[_next] != '"') return;
            _next++;
        }

        _text[_rowStart] = ' ';
        _next = _end = _rowStart + 1;
    }
}

/// <summary>A note on a row beside its cells; the default for ordinary rows.</summary>
/// <param name="Row">The row's number.</param>
/// <param name="IsNoRow">Whether it is a line to skip.</param>
/// <param name="Fault">The reason why it could not be read; null if it could.</param>
/// <param name="HasHiddenQuotes">Whether <see cref="CsvText.HiddenQuote"/> replaces quotes in it.</param>
internal readonly record struct CsvRowNote(long Row, bool IsNoRow, string? Fault, bool HasHiddenQuotes);
