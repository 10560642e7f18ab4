using System.Buffers;

namespace Dataflow;

/// <summary>Reads lines of UTF-8 from a stream into one pooled buffer.</summary>
internal sealed class LineReader(Stream stream, int maxLineBytes) : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
    private int _start;
    private int _end;
    private bool _isAtEnd;

    /// <summary>How many lines were read.</summary>
    public long LinesRead { get; private set; }

    /// <summary>Reads the next line, without its end.</summary>
    /// <param name="line">Valid until the next call.</param>
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
        stream.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _end = 0;
        _isAtEnd = true;
    }

    private bool Take(ReadOnlySpan<byte> unread, int length, int end, out ReadOnlySpan<byte> line)
    {
        line = unread[..length];
        if (LinesRead++ == 0 && line.StartsWith("\uFEFF"u8)) line = line[3..];
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
        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
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
