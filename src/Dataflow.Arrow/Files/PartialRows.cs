using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace Dataflow.Arrow;

/// <summary>Appends rows, as an Arrow stream, to a partial file that becomes a file of some format.</summary>
internal sealed class PartialRows<T> : IDisposable
{
    private readonly PartialFile _file;
    private readonly ArrowRows<T> _rows;
    private readonly ArrowStreamWriter _stream;
    private bool _isBegun;

    /// <param name="file">The partial file; owned, also when this constructor throws.</param>
    /// <param name="rows">Collects rows that are not in the file yet; empty at first.</param>
    /// <exception cref="ConnectorException">The file was begun with other columns.</exception>
    public PartialRows(PartialFile file, ArrowRows<T> rows)
    {
        (_file, _rows) = (file, rows);
        if (file is { IsFinished: false, Length: > 0 }) CheckColumns();
        var isNew = file is { IsFinished: false, Length: 0 };
        var output = new PartialStream(file) { IsMuted = !isNew };
        _stream = new ArrowStreamWriter(output, rows.Schema, leaveOpen: true);
        if (!isNew) Begin();
        output.IsMuted = false;
    }

    public PartialFile File => _file;

    /// <summary>The number of rows collected.</summary>
    public int Count => _rows.Count;

    /// <summary>The bytes of texts, bytes and lists collected so far.</summary>
    public long VariableBytes => _rows.VariableBytes;

    public void Add(T value) => _rows.Add(value);

    /// <summary>Writes the columns, which stand before the first record batch.</summary>
    public void Begin()
    {
        if (_isBegun) return;
        _stream.WriteStart();
        _isBegun = true;
    }

    /// <summary>Writes the collected rows as a record batch.</summary>
    public void Flush()
    {
        if (_rows.Count == 0) return;
        Begin();
        _stream.WriteRecordBatch(_rows.ToBatch());
        _rows.Clear();
    }

    public void Dispose()
    {
        _rows.Clear();
        _file.Dispose();
        _stream.Dispose();
    }

    private void CheckColumns()
    {
        try
        {
            using var partial = _file.Read();
            using var reader = new ArrowStreamReader(partial, leaveOpen: true);
            var (found, now) = (Describe(reader.Schema), Describe(_rows.Schema));
            if (found != now) throw ArrowErrors.OtherColumns(_file.PartialPath, found, now);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    private static string Describe(Schema schema)
        => string.Join(", ", schema.FieldsList.Select(f => $"{f.Name} {f.DataType.Name}{(f.IsNullable ? "?" : "")}"));

    /// <summary>Writes to the partial file; discards the start that the library repeats for a stream that has begun already.</summary>
    private sealed class PartialStream(PartialFile file) : Stream
    {
        public bool IsMuted { get; set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => file.Length;

        public override long Position
        {
            get => file.Length;
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (!IsMuted) file.Write(buffer);
        }

        public override void Flush()
        {
            // Nothing is buffered: each write goes to the file.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
