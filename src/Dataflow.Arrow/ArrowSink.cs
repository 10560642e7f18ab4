using Apache.Arrow;
using Apache.Arrow.Ipc;
using Dataflow.Log;

namespace Dataflow;

/// <summary>Writes Arrow files.</summary>
public static class ArrowSinks
{
    extension(Sink)
    {
        /// <summary>Writes an Arrow IPC file with a column for each public property of <typeparamref name="T"/>.</summary>
        /// <remarks>
        /// Until the job ends the record batches stand in <c>path.partial</c> as an Arrow stream, synced with every checkpoint;
        /// then they become a file of that name, replacing what had it. A batch has at most 65,536 rows and ends with a
        /// checkpoint. A job whose input never ends never finishes the file.
        /// </remarks>
        /// <typeparam name="T">
        /// Properties may be numbers, <c>bool</c>, <c>string</c>, enums (as text), <c>DateTime</c> and <c>DateTimeOffset</c> (as
        /// UTC milliseconds), nullable ones of these, <c>byte[]</c>, and <c>float[]</c> (as a list).
        /// </typeparam>
        /// <param name="path">The file. Its directory must exist.</param>
        /// <exception cref="ConnectorException">A property has no Arrow column.</exception>
        public static Sink<T> Arrow<T>(string path)
        {
            ArgumentException.ThrowIfNullOrEmpty(path);
            return new ArrowSink<T>(PhysicalFileSystem.Instance, Path.GetFullPath(path));
        }
    }
}

internal sealed class ArrowSink<T> : Sink<T>
{
    private readonly IFileSystem _files;
    private readonly string _path;

    public ArrowSink(IFileSystem files, string path)
    {
        (_files, _path) = (files, path);
        ArrowRows<T>.Create();
    }

    public override string Name => Path.GetFileName(_path);

    public override string Guarantee => "exactly once, visible when the job ends";

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context)
    {
        var file = PartialFile.Open(_files, _path, state);
        try
        {
            return new ArrowWriter<T>(file, ArrowRows<T>.Create());
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}

internal sealed class ArrowWriter<T> : SinkWriter<T>
{
    private const int MaxRows = 1 << 16;
    private const int MaxBytes = 1 << 26;

    private readonly PartialFile _file;
    private readonly ArrowRows<T> _rows;
    private readonly ArrowStreamWriter _stream;

    public ArrowWriter(PartialFile file, ArrowRows<T> rows)
    {
        (_file, _rows) = (file, rows);
        var isNew = file is { IsFinished: false, Length: 0 };
        if (file is { IsFinished: false, Length: > 0 }) CheckColumns();
        var output = new PartialStream(file) { IsMuted = !isNew };
        _stream = new ArrowStreamWriter(output, rows.Schema, leaveOpen: true);
        _stream.WriteStart();
        output.IsMuted = false;
    }

    public override void Write(in Record<T> record)
    {
        _rows.Add(record.Value);
        if (_rows.Count == MaxRows || _rows.VariableBytes >= MaxBytes) Flush();
    }

    public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
    {
        Flush();
        return _file.Prepare();
    }

    public override void Finish() => _file.Finish(ToFile);

    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        _stream.Dispose();
        base.Dispose(disposing);
    }

    private void Flush()
    {
        if (_rows.Count == 0) return;
        _stream.WriteRecordBatch(_rows.ToBatch());
        _rows.Clear();
    }

    private void ToFile(Stream partial, Stream final)
    {
        using var reader = new ArrowStreamReader(partial, leaveOpen: true);
        using var writer = new ArrowFileWriter(final, _rows.Schema, leaveOpen: true);
        writer.WriteStart();
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            using (batch) writer.WriteRecordBatch(batch);
        }

        writer.WriteEnd();
    }

    private void CheckColumns()
    {
        using var partial = _file.Read();
        using var reader = new ArrowStreamReader(partial, leaveOpen: true);
        var (found, now) = (Describe(reader.Schema), Describe(_rows.Schema));
        if (found != now) throw ConnectorException.OtherColumns(_file.PartialPath, found, now);
    }

    private static string Describe(Schema schema)
        => string.Join(", ", schema.FieldsList.Select(f => $"{f.Name} {f.DataType.Name}{(f.IsNullable ? "?" : "")}"));

    /// <summary>Writes to the partial file; muted while the library begins anew a stream that has begun already.</summary>
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
            // Each write is the file's own at once.
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
