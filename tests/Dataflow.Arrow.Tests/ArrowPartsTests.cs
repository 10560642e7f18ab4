using Apache.Arrow;
using Apache.Arrow.Ipc;
using Dataflow.Log;
using Dataflow.Tests.Connectors;

namespace Dataflow.Arrow.Tests;

public class ArrowPartsTests : FilePartsContract
{
    protected override string Extension => ".arrow";

    protected override Sink<Row> Create(IFileSystem disk) => new RowFileSink<Row>(disk, Path, new ArrowFormat());

    protected override IEnumerable<Row> Read(string file)
    {
        using var reader = new ArrowFileReader(File.OpenRead(file));
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            var (ids, texts) = ((Int32Array)batch.Column("Id"), (StringArray)batch.Column("Text"));
            for (var i = 0; i < batch.Length; i++) yield return new Row(ids.GetValue(i)!.Value, texts.GetString(i));
        }
    }
}

public class ParquetPartsTests : FilePartsContract
{
    protected override string Extension => ".parquet";

    protected override Sink<Row> Create(IFileSystem disk) => new RowFileSink<Row>(disk, Path, new ParquetFormat());

    protected override IEnumerable<Row> Read(string file)
        => Duck.Ask($"SELECT Id, Text FROM '{file}' ORDER BY file_row_number", static row => new Row(row.GetInt32(0), row.GetString(1)));
}
