using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace Dataflow.Arrow;

/// <summary>A format of finished files, converted from the Arrow stream in a partial file.</summary>
internal abstract class RowFormat
{
    /// <summary>The extension of the files' names.</summary>
    public abstract string Extension { get; }

    /// <summary>Converts a partial file.</summary>
    /// <param name="partial">The Arrow stream.</param>
    /// <param name="final">The finished file.</param>
    /// <param name="metadata">The metadata of the schema.</param>
    /// <param name="batches">The number of rows of each batch, which makes batches independent of checkpoints; null: as in the
    /// stream.</param>
    public void Convert(
        Stream partial, Stream final, IReadOnlyList<KeyValuePair<string, string>> metadata, IReadOnlyList<int>? batches = null)
    {
        using var reader = new ArrowStreamReader(partial, leaveOpen: true);
        Write(new Schema(reader.Schema.FieldsList, metadata), batches is null ? Each(reader) : Cut(reader, batches), final);
    }

    /// <summary>Writes the batches, each of which is only valid until the next one is requested.</summary>
    protected abstract void Write(Schema schema, IEnumerable<RecordBatch> batches, Stream final);

    private static IEnumerable<RecordBatch> Each(ArrowStreamReader reader)
    {
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            using (batch) yield return batch;
        }
    }

    private static IEnumerable<RecordBatch> Cut(ArrowStreamReader reader, IReadOnlyList<int> sizes)
    {
        var columns = reader.Schema.FieldsList.Select(static field => new JoinedColumn(field.DataType)).ToArray();
        using var parts = Each(reader).GetEnumerator();
        var (start, end) = (0, 0);
        foreach (var size in sizes)
        {
            for (var missing = size; missing > 0;)
            {
                if (start == end) (start, end) = (0, parts.MoveNext() ? parts.Current.Length : throw new EndOfStreamException());
                var count = Math.Min(missing, end - start);
                foreach (var (index, column) in columns.Index()) column.Add(parts.Current.Column(index).Data, start, count);
                (start, missing) = (start + count, missing - count);
            }

            yield return new RecordBatch(reader.Schema, columns.Select(static column => column.ToArray()), size);
            foreach (var column in columns) column.Clear();
        }
    }
}

/// <summary>An Arrow IPC file.</summary>
internal sealed class ArrowFormat : RowFormat
{
    public override string Extension => ".arrow";

    protected override void Write(Schema schema, IEnumerable<RecordBatch> batches, Stream final)
    {
        using var writer = new ArrowFileWriter(final, schema, leaveOpen: true);
        writer.WriteStart();
        foreach (var batch in batches) writer.WriteRecordBatch(batch);
        writer.WriteEnd();
    }
}
