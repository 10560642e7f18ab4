using System.IO.Compression;

namespace Dataflow;

/// <summary>Decompresses a gzip file and verifies that it is complete.</summary>
/// <remarks>The library verifies the checksum and length of a whole member, but takes a cut file for one that ends, and ignores data that
/// is not gzip behind a member. So a small member of known content is appended behind the file's last byte: it comes out, alone and
/// unchanged, only if the file ended with a whole member.</remarks>
internal sealed class GzipInput : InputStream
{
    private const int ProofBytes = 16;

    private static readonly byte[] Proof = Guid.NewGuid().ToByteArray();
    private static readonly byte[] CompressedProof = Compress(Proof);

    private readonly string _path;
    private readonly ProvenStream _file;
    private readonly GZipStream _gzip;
    private long _decompressed;
    private bool _isAtEnd;

    /// <param name="file">The compressed file. It is closed with this stream.</param>
    /// <param name="path">Its name, for errors.</param>
    public GzipInput(Stream file, string path)
    {
        _path = path;
        _file = new ProvenStream(file);
        _gzip = new GZipStream(_file, CompressionMode.Decompress);
    }

    /// <exception cref="ConnectorException">The file is damaged, was cut, or continues with other data.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_isAtEnd || buffer.IsEmpty) return 0;
        var read = Decompress(buffer);
        _decompressed += read;
        if (read > 0) return read;
        CheckEnd();
        _isAtEnd = true;
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _gzip.Dispose();
        base.Dispose(disposing);
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        return compressed.ToArray();
    }

    private int Decompress(Span<byte> buffer)
    {
        try
        {
            return _gzip.Read(buffer);
        }
        catch (InvalidDataException error)
        {
            throw _file.IsProving ? CutOff() : ConnectorException.Damaged(
                _path, "it is damaged, or not gzip", _decompressed, error);
        }
    }

    private void CheckEnd()
    {
        if (_file.IsEmpty) throw CutOff();
        _file.IsProving = true;
        Span<byte> found = stackalloc byte[ProofBytes + 1];
        var count = 0;
        while (count < found.Length && Decompress(found[count..]) is > 0 and var read) count += read;
        if (!found[..count].SequenceEqual(Proof)) throw CutOff();
    }

    private ConnectorException CutOff()
        => ConnectorException.Damaged(_path, "it was cut off, or something else follows it", _decompressed);

    /// <summary>A file followed, once that is asked for, by the appended member.</summary>
    private sealed class ProvenStream(Stream file) : InputStream
    {
        private readonly MemoryStream _proof = new(CompressedProof);

        public bool IsEmpty { get; private set; } = true;

        public bool IsProving { get; set; }

        public override int Read(Span<byte> buffer)
        {
            if (IsProving) return _proof.Read(buffer);
            var read = file.Read(buffer);
            if (read > 0) IsEmpty = false;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) file.Dispose();
            base.Dispose(disposing);
        }
    }
}
