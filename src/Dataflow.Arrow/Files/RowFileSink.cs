using Dataflow.Log;

namespace Dataflow.Arrow;

/// <summary>Writes all rows to one file.</summary>
internal sealed class RowFileSink<T> : Sink<T>, IWritesParts
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

    public override bool MayBeShared => true;

    public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context)
    {
        var file = FileParts.Open(_files, _path, _format.Extension, state, context);
        var rows = new PartialRows<T>(file, ArrowRows<T>.Create());
        if (context.Part is null) rows.Begin(); // a file is there without rows too, a part is not
        return new RowFileWriter<T>(rows, _format, RowMetadata.Of(context));
    }

    public void FinishPart(ReadOnlyMemory<byte> state, SinkContext context)
        => FileParts.Finish(_files, _path, state, (partial, part) => _format.Convert(partial, part, RowMetadata.Of(context)));
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
