using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Dataflow.Log;
using Dataflow.Tests.Connectors;
using RecordBatch = Apache.Arrow.RecordBatch;

namespace Dataflow.Arrow.Tests;

public class ArrowSinkTests : FileSinkContract
{
    private string Path => Folder["rows.arrow"];

    protected override Sink<Row> Create(IFileSystem disk) => new RowFileSink<Row>(disk, Path, new ArrowFormat());

    protected override IReadOnlyList<Row> Result()
    {
        Assert.Equal(["rows.arrow"], Folder.Files);
        var rows = new List<Row>();
        foreach (var batch in Batches())
        {
            var (ids, texts, values) = (
                (Int32Array)batch.Column("Id"), (StringArray)batch.Column("Text"), (DoubleArray)batch.Column("Value"));
            for (var i = 0; i < batch.Length; i++) rows.Add(new Row(ids.GetValue(i)!.Value, texts.GetString(i), values.GetValue(i)));
        }

        return rows;
    }

    protected override void Clear()
    {
        File.Delete(Path);
        File.Delete(Path + ".partial");
    }

    [Fact]
    public void Writes_each_type_of_property_with_and_without_a_value()
    {
        var time = new DateTime(2001, 2, 3, 4, 5, 6, 7, DateTimeKind.Utc);
        Write(
            new Everything("Zürich", 1, 2, 3, 4.5, 6.5f, true, time, new DateTimeOffset(time).ToOffset(TimeSpan.FromHours(2)), Colour.Red,
                [1, 2], [1.5f, 2.5f], 7, 8.5, false, time, Colour.Blue),
            new Everything(null, -1, -2, 4, -4.5, -6.5f, false, DateTime.UnixEpoch.AddMilliseconds(-1), default, (Colour)7,
                null, null, null, null, null, null, null));

        var batch = Assert.Single(Batches());

        Assert.Equal(["Zürich", null], Texts("Text"));
        Assert.Equal([1, -1], ((Int32Array)batch.Column("I32")).Select(v => v!.Value));
        Assert.Equal([2L, -2L], ((Int64Array)batch.Column("I64")).Select(v => v!.Value));
        Assert.Equal([3, 4], ((UInt8Array)batch.Column("U8")).Select(v => v!.Value));
        Assert.Equal([4.5, -4.5], ((DoubleArray)batch.Column("F64")).Select(v => v!.Value));
        Assert.Equal([6.5f, -6.5f], ((FloatArray)batch.Column("F32")).Select(v => v!.Value));
        Assert.Equal([true, false], ((BooleanArray)batch.Column("Bit")).Select(v => v!.Value));
        Assert.Equal([new DateTimeOffset(time), DateTimeOffset.UnixEpoch.AddMilliseconds(-1)], Times("Time"));
        Assert.Equal([new DateTimeOffset(time), DateTimeOffset.MinValue], Times("Offset"));
        Assert.Equal(["Red", "7"], Texts("Colour"));
        Assert.Equal([1, 2], ((BinaryArray)batch.Column("Bytes")).GetBytes(0).ToArray());
        Assert.True(batch.Column("Bytes").IsNull(1));
        var floats = (ListArray)batch.Column("Floats");
        Assert.Equal([1.5f, 2.5f], ((FloatArray)floats.GetSlicedValues(0)).Values.ToArray());
        Assert.True(floats.IsNull(1));
        Assert.Equal([7, null], (Int32Array)batch.Column("MaybeInt"));
        Assert.Equal([8.5, null], (DoubleArray)batch.Column("MaybeDouble"));
        Assert.Equal([false, null], (BooleanArray)batch.Column("MaybeBool"));
        Assert.Equal([new DateTimeOffset(time), null], Times("MaybeTime"));
        Assert.Equal(["Blue", null], Texts("MaybeColour"));
        Assert.Equal("UTC", ((TimestampType)batch.Schema.GetFieldByName("Time").DataType).Timezone);
        Assert.False(batch.Schema.GetFieldByName("I32").IsNullable);

        IEnumerable<string?> Texts(string column)
            => Enumerable.Range(0, 2).Select(i => ((StringArray)batch.Column(column)).GetString(i));
        IEnumerable<DateTimeOffset?> Times(string column)
            => Enumerable.Range(0, 2).Select(i => ((TimestampArray)batch.Column(column)).GetTimestamp(i));
    }

    [Fact]
    public void Refuses_half_of_a_surrogate_pair()
        => Assert.Equal("Property 'Text' holds half of a surrogate pair, which UTF-8 has no bytes for.",
            Assert.Throws<FormatException>(() => Write([new Row(1, "a\uD800", null)])).Message);

    [Fact]
    public void Begins_a_batch_after_65_536_rows()
    {
        Write([.. Enumerable.Range(0, 70_000).Select(i => new Row(i, null, i))]);
        Assert.Equal([65_536, 70_000 - 65_536], Batches().Select(batch => batch.Length));
        Assert.Equal(Enumerable.Range(0, 70_000), Result().Select(row => row.Id));
    }

    [Fact]
    public void Begins_a_batch_before_its_texts_outgrow_64_MiB()
    {
        var text = new string('x', 1 << 24);
        Write([.. Enumerable.Range(0, 5).Select(i => new Row(i, text, i))]);
        Assert.Equal([4, 1], Batches().Select(batch => batch.Length));
    }

    [Fact]
    public void Writes_a_file_without_rows()
    {
        Write<Row>();
        Assert.Empty(Result());
    }

    [Fact]
    public void Refuses_to_carry_on_with_other_columns()
    {
        using (var writer = Create().Open(default, Context))
        {
            var state = writer.Prepare(new CheckpointOutput());
            Assert.Equal(
                "File 'rows.arrow.partial': it was begun with the columns Id int32, Text utf8?, Value double?, the type now gives "
                + "Id int64. Change the type back, or start the job anew without its checkpoints (Pipeline.ForgetAsync).",
                Folder.Anonymous(Assert.Throws<ConnectorException>(() => Sink.Arrow<Other>(Path).Open(state, Context)).Message));
        }
    }

    [Fact]
    public void Refuses_properties_that_have_no_column() => Assert.Equal(
        "Type Nested, member 'Row': Arrow has no column for Row. Use a number, bool, string, Utf8, an enum, DateTime, DateTimeOffset, "
        + "byte[] or float[].",
        Assert.Throws<ConnectorException>(() => Sink.Arrow<Nested>(Path)).Message);

    [Fact]
    public void Refuses_a_type_without_properties() => Assert.Equal(
        "Type Object: it has no public property to make a column of. Give it properties, such as those of a record.",
        Assert.Throws<ConnectorException>(() => Sink.Arrow<object>(Path)).Message);

    private void Write<T>(params T[] rows)
    {
        using var writer = Sink.Arrow<T>(Path).Open(default, Context);
        foreach (var row in rows) writer.Write(new Record<T>(row, 0, default));
        writer.Prepare(new CheckpointOutput());
        writer.Commit();
        writer.Finish();
    }

    private List<RecordBatch> Batches()
    {
        using var reader = new ArrowFileReader(File.OpenRead(Path));
        var batches = new List<RecordBatch>();
        while (reader.ReadNextRecordBatch() is { } batch) batches.Add(batch);
        return batches;
    }

    public enum Colour
    {
        Red,
        Blue,
    }

    public record Everything(
        string? Text, int I32, long I64, byte U8, double F64, float F32, bool Bit, DateTime Time, DateTimeOffset Offset,
        Colour Colour, byte[]? Bytes, float[]? Floats, int? MaybeInt, double? MaybeDouble, bool? MaybeBool, DateTime? MaybeTime,
        Colour? MaybeColour);

    public record Other(long Id);

    public record Nested(Row Row);
}
