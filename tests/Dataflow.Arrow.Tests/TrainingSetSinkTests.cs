using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using CsCheck;
using Dataflow.Log;
using Dataflow.Tests.Connectors;

namespace Dataflow.Arrow.Tests;

public class TrainingSetSinkTests : FileSinkContract
{
    private static readonly TrainingSetOptions Small = new() { RowsPerFile = 700 };

    private string Set => Folder["set"];

    protected override Sink<Row> Create(IFileSystem disk) => new TrainingSetSink<Row>(disk, Set, Small);

    protected override IReadOnlyList<Row> Result()
    {
        var manifest = Manifest();
        Assert.True(manifest.IsComplete);
        string[] files = [.. manifest.Files.Select(file => file.File)];
        Assert.Equal(
            ["manifest.json", .. files],
            Directory.EnumerateFiles(Set).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        return [.. files.SelectMany(Rows)];
    }

    protected override void Clear()
    {
        if (Directory.Exists(Set)) Directory.Delete(Set, recursive: true);
    }

    [Fact]
    public void Gives_full_files_their_names_whichever_operation_of_the_disk_a_crash_prevents()
        => AssertHoldsEveryRow(disk => new TrainingSetSink<Row>(disk, Set, new TrainingSetOptions { RowsPerFile = 3 }));

    [Fact]
    public void Shows_a_file_when_it_is_full_and_its_checkpoint_is_committed()
    {
        using var writer = Create().Open(default, Context);
        Write(writer, 0, 700);
        writer.Prepare(new CheckpointOutput());
        writer.Commit();
        Assert.False(File.Exists(Path.Combine(Set, "manifest.json")));

        Write(writer, 700, 800);
        Assert.Equal(["rows-3-00000.arrow.partial", "rows-3-00001.arrow.partial"], Visible());
        writer.Prepare(new CheckpointOutput());
        Assert.Equal(["rows-3-00000.arrow.partial", "rows-3-00001.arrow.partial"], Visible());

        writer.Commit();
        Assert.Equal(["manifest.json", "rows-3-00000.arrow", "rows-3-00001.arrow.partial"], Visible());
        Assert.False(Manifest().IsComplete);

        IEnumerable<string> Visible() => Directory.EnumerateFiles(Set).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Lists_rows_and_range_of_every_file()
    {
        using var writer = Create().Open(default, Context);
        for (var i = 0; i < 1_000; i++) writer.Write(new Record<Row>(new Row(i, null, i), 0, new RecordOrigin(0, 40 + (i * 2))));
        Finish(writer);

        Assert.Equal(
            """
            {
              "pipeline": "export",
              "isComplete": true,
              "files": [
                {
                  "file": "rows-3-00000.arrow",
                  "topic": "rows",
                  "partition": 3,
                  "sequence": 0,
                  "plan": "p1",
                  "rows": 700,
                  "from": 40,
                  "to": 1439
                },
                {
                  "file": "rows-3-00001.arrow",
                  "topic": "rows",
                  "partition": 3,
                  "sequence": 1,
                  "plan": "p1",
                  "rows": 300,
                  "from": 1440,
                  "to": 2039
                }
              ]
            }
            """, File.ReadAllText(Path.Combine(Set, "manifest.json")));
    }

    [Fact]
    public void Keeps_rows_of_the_same_record_in_one_file()
    {
        using var writer = Create().Open(default, Context);
        for (var i = 0; i < 1_500; i++) writer.Write(new Record<Row>(new Row(i, null, i), 0, new RecordOrigin(0, i / 300)));
        Finish(writer);

        Assert.Equal([(900, 0, 3), (600, 3, 5)], Manifest().Files.Select(file => (file.Rows, file.From, file.To)));
    }

    [Fact]
    public void Has_the_same_bytes_whatever_checkpoints_and_crashes_there_were()
    {
        const int Count = 150_000; // several batches
        Dictionary<string, byte[]> expected = WriteAll([], isParquet: false), parquet = WriteAll([], isParquet: true);
        Gen.Int[1, Count - 1].List[0, 5].Sample(moments =>
        {
            AssertSame(expected, WriteAll([.. moments.Order()], isParquet: false));
            AssertSame(parquet, WriteAll([.. moments.Order()], isParquet: true));
        }, iter: 4, threads: 1);
        using var reader = new ArrowFileReader(new MemoryStream(expected["rows-3-00000.arrow"]));
        Assert.Equal([65_536, 65_536, 140_000 - (2 * 65_536)], Enumerable.Range(0, 3).Select(_ => reader.ReadNextRecordBatch().Length));

        Dictionary<string, byte[]> WriteAll(int[] moments, bool isParquet)
        {
            Clear();
            var sink = Sink.TrainingSet<Vector>(Set, new TrainingSetOptions { RowsPerFile = 140_000, IsParquet = isParquet });
            var (state, written) = (default(ReadOnlyMemory<byte>), 0);
            foreach (var moment in moments)
            {
                using var writer = sink.Open(state, Context);
                Write(writer, written, moment);
                (state, written) = (writer.Prepare(new CheckpointOutput()), moment);
                if (moment % 2 == 0) writer.Commit();
                Write(writer, moment, Math.Min(moment + 1_000, Count)); // lost
            }

            using var last = sink.Open(state, Context);
            Write(last, written, Count);
            Finish(last);
            return Directory.EnumerateFiles(Set).ToDictionary(file => Path.GetFileName(file)!, File.ReadAllBytes);
        }

        static void Write(SinkWriter<Vector> writer, int from, int to)
        {
            for (var i = from; i < to; i++)
            {
                writer.Write(new Record<Vector>(
                    new Vector(
                        i, i % 3 == 0 ? null : $"row {i}", i % 2 == 0, i < 70_000 || i % 5 > 0 ? i * 0.5 : null, i % 7 == 0 ? [] : [i, 1]),
                    0, new RecordOrigin(0, i)));
            }
        }

        static void AssertSame(Dictionary<string, byte[]> expected, Dictionary<string, byte[]> found)
        {
            Assert.Equal(expected.Keys.Order(), found.Keys.Order());
            foreach (var (file, bytes) in expected) Assert.True(bytes.AsSpan().SequenceEqual(found[file]), $"{file} has other bytes");
        }
    }

    [Fact]
    public void Begins_a_file_where_the_plan_has_changed()
    {
        ReadOnlyMemory<byte> state;
        using (var writer = Create().Open(default, Context))
        {
            Write(writer, 0, 100);
            state = writer.Prepare(new CheckpointOutput());
        }

        using var changed = Create().Open(state, Context with { PlanHash = "p2" });
        Write(changed, 100, 200);
        Finish(changed);

        Assert.Equal([("p1", 0, 100), ("p2", 100, 200)], Manifest().Files.Select(file => (file.Plan, file.From, file.To)));
        Assert.Equal(Enumerable.Range(0, 200), Result().Select(row => row.Id));
    }

    [Fact]
    public void Deletes_what_a_crash_left_and_nothing_of_others()
    {
        Create().Open(default, Context).Dispose();
        foreach (var file in new[] { "rows-3-00000.arrow.partial", "late.arrow.partial", "rows.jsonl.partial", "notes.txt" })
            File.WriteAllText(Path.Combine(Set, file), "");

        Create().Open(default, Context).Dispose();

        Assert.Equal(
            ["late.arrow.partial", "notes.txt", "rows.jsonl.partial"],
            Directory.EnumerateFiles(Set).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Refuses_a_directory_that_holds_another_training_set()
    {
        using (var writer = Create().Open(default, Context))
        {
            Write(writer, 0, 1);
            Finish(writer);
        }

        Assert.Equal(
            "Directory 'set': it holds a training set, and the job has no checkpoint that says it wrote it. Name another directory, or "
            + "delete this one.",
            Folder.Anonymous(Assert.Throws<ConnectorException>(() => Create().Open(default, Context)).Message));
    }

    [Fact]
    public void Refuses_rows_that_no_record_stands_behind()
    {
        using var writer = Create().Open(default, Context);
        Assert.Equal(
            "A row for a training set was not made of a single record of a source, as results of windows are. Write the rows to a topic "
            + "first, and export that.",
            Assert.Throws<ConnectorException>(() => writer.Write(new Record<Row>(new Row(1, null, null), 0, default))).Message);
    }

    [Fact]
    public void Refuses_files_of_no_rows() => Assert.Throws<ArgumentOutOfRangeException>(() => new TrainingSetOptions { RowsPerFile = 0 });

    private static void Write(SinkWriter<Row> writer, int from, int to)
    {
        for (var i = from; i < to; i++) writer.Write(new Record<Row>(new Row(i, $"{i}", i), 0, new RecordOrigin(0, i)));
    }

    private static void Finish<T>(SinkWriter<T> writer)
    {
        writer.Prepare(new CheckpointOutput());
        writer.Commit();
        writer.Finish();
    }

    private TrainingManifest Manifest()
        => JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(Set, "manifest.json")), TrainingJson.Default.TrainingManifest)!;

    private List<Row> Rows(string file)
    {
        using var reader = new ArrowFileReader(File.OpenRead(Path.Combine(Set, file)));
        var rows = new List<Row>();
        while (reader.ReadNextRecordBatch() is { } batch)
        {
            var (ids, texts, values) = (
                (Int32Array)batch.Column("Id"), (StringArray)batch.Column("Text"), (DoubleArray)batch.Column("Value"));
            for (var i = 0; i < batch.Length; i++) rows.Add(new Row(ids.GetValue(i)!.Value, texts.GetString(i), values.GetValue(i)));
        }

        return rows;
    }

    public sealed record Vector(int Id, string? Text, bool Bit, double? Value, float[] Floats);
}
