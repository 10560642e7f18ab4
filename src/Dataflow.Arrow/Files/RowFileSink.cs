using Dataflow.Log;

namespace Dataflow.Arrow;

/// <summary>Writes all rows to one file.</summary>
internal sealed class RowFileSink<T> : Sink<T>
{
    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly RowFormat _format;

    public RowFileSink(IFileSystem files, string path, RowFormat format)
    {
        (_files, _path, _format) = (files, path, format);
        ArrowRows<T>.Create();
    }

    public override string Name => Path.GetFileName(_path);

    public override string Guarantee => "exactly once, visible when the job ends";

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context)
        => new RowFileWriter<T>(
            new PartialRows<T>(PartialFile.Open(_files, _path, state), ArrowRows<T>.Create()), _format, RowMetadata.Of(context));
}

internal sealed class RowFileWriter<T>(PartialRows<T> rows, RowFormat format, IReadOnlyList<KeyValuePair<string, string>> metadata)
    : SinkWriter<T>
{
    private const int MaxRows = 1 << 16;
    private const int MaxBytes = 1 << 26;

    public override void Write(in Record<T> record)
    {
        rows.Add(record.Value);
        if (rows.Count == MaxRows || rows.VariableBytes >= MaxBytes) rows.Flush();
    }

    public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
    {
        rows.Flush();
        return rows.File.Prepare();
    }

    public override void Finish() => rows.File.Finish((partial, final) => format.Convert(partial, final, metadata));

    protected override void Dispose(bool disposing)
    {
        rows.Dispose();
        base.Dispose(disposing);
    }
}
