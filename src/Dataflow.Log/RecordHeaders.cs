using System.Text;

namespace Dataflow.Log;

/// <summary>The headers of a record in the producer's order, enumerated without allocating; valid as long as the batch is.</summary>
/// <remarks><code>
/// header count        varint
/// a header            encoding
/// name length, name   varint     UTF-8, never absent
/// value length, value varint     -1: no value
/// </code></remarks>
public readonly struct RecordHeaders
{
    private readonly ReadOnlyMemory<byte> _bytes;

    internal RecordHeaders(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>The number of headers.</summary>
    public int Count => GetEnumerator().Left;

    /// <summary>Enumerates the headers from the first.</summary>
    public Enumerator GetEnumerator() => new(_bytes);

    /// <summary>Finds the last header of a name, which is the one that counts where names repeat.</summary>
    public bool TryGetLast(string name, out RecordHeader header)
    {
        ArgumentNullException.ThrowIfNull(name);
        var utf8Name = Encoding.UTF8.GetBytes(name);
        header = default;
        var found = false;
        foreach (var candidate in this)
        {
            if (candidate.Utf8Name.Span.SequenceEqual(utf8Name)) (header, found) = (candidate, true);
        }
        return found;
    }

    /// <summary>Whether bytes are a count and that many headers, and nothing else.</summary>
    internal static bool AreWellFormed(ReadOnlyMemory<byte> bytes)
    {
        var headers = new Enumerator(bytes);
        while (headers.MoveNext())
        {
        }
        return bytes.Length > 0 && headers is { Left: 0, Rest: 0 };
    }

    /// <summary>Computes the bytes that headers take, their count included.</summary>
    internal static long SizeOf(ReadOnlySpan<RecordHeader> headers)
    {
        long size = Varint.Size(Varint.ZigZag(headers.Length));
        foreach (ref readonly var header in headers)
        {
            size += Varint.Size(Varint.ZigZag(header.Utf8Name.Length)) + (long)header.Utf8Name.Length
                + Varint.Size(Varint.ZigZag(ValueLength(in header))) + header.Value.Length;
        }
        return size;
    }

    /// <summary>Writes headers to <see cref="SizeOf"/> bytes of room.</summary>
    internal static void Write(Span<byte> destination, ReadOnlySpan<RecordHeader> headers)
    {
        var position = Varint.Write(ref destination[0], Varint.ZigZag(headers.Length));
        foreach (ref readonly var header in headers)
        {
            Write(destination, ref position, header.Utf8Name.Span, header.Utf8Name.Length);
            Write(destination, ref position, header.Value.Span, ValueLength(in header));
        }
    }

    private static void Write(Span<byte> destination, ref int position, ReadOnlySpan<byte> bytes, int length)
    {
        position += Varint.Write(ref destination[position], Varint.ZigZag(length));
        bytes.CopyTo(destination[position..]);
        position += bytes.Length;
    }

    private static int ValueLength(in RecordHeader header) => header.HasValue ? header.Value.Length : -1;

    /// <summary>Enumerates a record's headers.</summary>
    public struct Enumerator
    {
        private readonly ReadOnlyMemory<byte> _bytes;
        private int _position;

        internal Enumerator(ReadOnlyMemory<byte> bytes)
        {
            _bytes = bytes;
            Left = Varint.TryRead(bytes.Span, ref _position, out int count) ? count : 0;
        }

        /// <summary>The header that the last <see cref="MoveNext"/> reached.</summary>
        public RecordHeader Current { get; private set; }

        internal int Left { get; private set; }

        internal readonly int Rest => _bytes.Length - _position;

        /// <summary>Moves to the next header; false after the last one.</summary>
        public bool MoveNext()
        {
            if (Left <= 0 || !TryReadPart(minLength: 0, out var name, out _) || !TryReadPart(minLength: -1, out var value, out var length))
                return false;
            Current = new RecordHeader(name, value, hasValue: length >= 0);
            Left--;
            return true;
        }

        private bool TryReadPart(int minLength, out ReadOnlyMemory<byte> part, out int length)
        {
            part = default;
            if (!Varint.TryRead(_bytes.Span, ref _position, out length) || length < minLength || length > Rest) return false;
            if (length <= 0) return true;
            part = _bytes.Slice(_position, length);
            _position += length;
            return true;
        }
    }
}
