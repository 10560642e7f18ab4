using System.IO.Compression;
using Apache.Arrow;
using Parquet;
using Parquet.Schema;

namespace Dataflow.Arrow;

/// <summary>A Parquet file, compressed with Zstandard; each batch is a row group.</summary>
internal sealed class ParquetFormat : RowFormat
{
    // The library's own level, the smallest size, takes a hundred times as long.
    private static readonly ParquetOptions Options = new()
    {
        CompressionMethod = CompressionMethod.Zstd,
        CompressionLevel = CompressionLevel.Optimal,
    };

    public override string Extension => ".parquet";

    // The stream completes every write at once, so nothing is waited for.
    protected override void Write(Schema schema, IEnumerable<RecordBatch> batches, Stream final)
    {
        var columns = schema.FieldsList.Select(ParquetOutput.Of).ToArray();
        var parquet = new ParquetSchema(columns.Select(column => column.Field));
        var writer = ParquetWriter.CreateAsync(parquet, final, Options).GetAwaiter().GetResult();
        try
        {
            writer.CustomMetadata = schema.Metadata;
            foreach (var batch in batches)
            {
                using var group = writer.CreateRowGroup();
                foreach (var (index, column) in columns.Index()) column.Write(group, batch.Column(index));
            }
        }
        finally
        {
            writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
