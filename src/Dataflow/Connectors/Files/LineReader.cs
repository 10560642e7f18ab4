using System.Buffers;

namespace Dataflow;

/// <summary>Reads lines of UTF-8 from a file into one pooled buffer.</summary>
/// <param name="file">The file. The reader owns it.</param>
/// <param name="path">Its name, whose ending tells whether it is compressed.</param>
/// <param name="maxLineBytes">The largest length of a line in bytes.</param>
internal sealed class LineReader(FileStream file, string path, int maxLineBytes) : IDisposable
{
    private readonly Stream _stream = InputFile.Text(file, path);
    private ReadHash _hash;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
    private int _start;
    private int _end;
    private bool _isAtEnd;

    /// <summary>The number of lines read.</summary>
    public long LinesRead { get; private set; }

    /// <summary>The mark of the lines that were read.</summary>
    public ReadOnlyMemory<byte> Mark => _hash.ToMark(file.Position);

    /// <summary>Whether the lines read so far are those of a mark; an empty mark fits any.</summary>
    public bool HasRead(ReadOnlyMemory<byte> mark) => mark.IsEmpty || _hash.Equals(mark.Span);

    /// <summary>Reads the next line, without its end.</summary>
    /// <param name="line">The line; valid until the next call.</param>
    /// <exception cref="InvalidDataException">The line is longer than the limit, or the compressed data is damaged.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        var searched = 0;
        while (true)
        {
            var unread = _buffer.AsSpan(_start, _end - _start);
            var length = unread[searched..].IndexOf((byte)'\n');
            if (length >= 0) return Take(unread, searched + length, 1, out line);
            if (_isAtEnd && unread.Length == 0)
            {
                line = default;
                return false;
            }

            if (_isAtEnd) return Take(unread, unread.Length, 0, out line);
            if (unread.Length > maxLineBytes)
                throw new InvalidDataException($"Line {LinesRead + 1} is longer than {maxLineBytes} bytes");
            searched = unread.Length;
            Fill();
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _end = 0;
        _isAtEnd = true;
    }

    private bool Take(ReadOnlySpan<byte> unread, int length, int end, out ReadOnlySpan<byte> line)
    {
        line = unread[..length];
        if (LinesRead++ == 0 && line.StartsWith("\uFEFF"u8)) line = line[3..];
        _hash.Add(line);
        _start += length + end;
        return true;
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length) Grow();
        var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _isAtEnd = read == 0;
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
