using System.Text;

namespace Dataflow;

/// <summary>Decodes the bytes of a stream to text. Invalid bytes become <see cref="NoText"/>.</summary>
/// <param name="stream">The bytes. The stream is closed with the text.</param>
/// <param name="encoding">The encoding, unless the bytes begin with a byte order mark.</param>
internal sealed class TextInput(Stream stream, Encoding encoding) : IDisposable
{
    /// <summary>A code point that is never a character.</summary>
    public const char NoText = '\uFFFF';

    private readonly BadBytes _bad = new();
    private readonly byte[] _bytes = new byte[1 << 16];
    private Decoder? _decoder;
    private int _start;
    private int _end;
    private bool _isAtEnd;

    /// <summary>Whether there were invalid bytes.</summary>
    public bool HasBadBytes => _bad.Count > 0;

    /// <summary>The name of the encoding, for errors.</summary>
    public string EncodingName { get; private set; } = encoding.WebName;

    /// <summary>Reads some characters; 0 at the end.</summary>
    /// <param name="text">The buffer to fill from its start; has room for at least two.</param>
    public int Read(Span<char> text)
    {
        while (true)
        {
            if (_start == _end) Fill();
            _decoder ??= Begin();
            _decoder.Convert(_bytes.AsSpan(_start, _end - _start), text, _isAtEnd, out var used, out var count, out _);
            _start += used;
            if (count > 0 || _isAtEnd) return count;
        }
    }

    public void Dispose() => stream.Dispose();

    private void Fill()
    {
        _start = 0;
        _end = stream.Read(_bytes);
        _isAtEnd = _end == 0;
    }

    private Decoder Begin()
    {
        while (_end < 3 && stream.Read(_bytes.AsSpan(_end)) is > 0 and var read) _end += read;
        var bytes = _bytes.AsSpan(0, _end);
        Encoding[] marked = [Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode];
        foreach (var candidate in marked)
        {
            if (bytes.StartsWith(candidate.Preamble)) (encoding, _start) = (candidate, candidate.Preamble.Length);
        }

        EncodingName = encoding.WebName;
        var own = (Encoding)encoding.Clone();
        own.DecoderFallback = _bad;
        return own.GetDecoder();
    }

    private sealed class BadBytes : DecoderFallback
    {
        public int Count { get; private set; }

        public override int MaxCharCount => 1;

        public override DecoderFallbackBuffer CreateFallbackBuffer() => new Marks(this);

        private sealed class Marks(BadBytes owner) : DecoderFallbackBuffer
        {
            private bool _isWaiting;

            public override int Remaining => _isWaiting ? 1 : 0;

            public override bool Fallback(byte[] bytesUnknown, int index)
            {
                owner.Count++;
                return _isWaiting = true;
            }

            public override char GetNextChar()
            {
                if (!_isWaiting) return '\0';
                _isWaiting = false;
                return NoText;
            }

            public override bool MovePrevious() => false;

            public override void Reset() => _isWaiting = false;
        }
    }
}
