using System.Globalization;
using System.Text.Json;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Arrow.Tests;

/// <summary>A topic of rows, exported by a real job and read by others.</summary>
public sealed class TrainingSetExportTests : IDisposable
{
    private const int Count = 3_000;
    private const int Partitions = 3;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(3, 2)]
    public void The_same_range_of_the_log_gives_the_same_bytes_at_any_number_of_workers_and_after_a_crash(int before, int after)
    {
        Export("whole", 1, crashAfter: null, 1);
        for (var steps = 10; steps < 200; steps += 27)
        {
            Export($"cut-{steps}", before, steps, after);
            Assert.Equal(
                Files("whole").Select(file => Path.GetFileName(file)), Files($"cut-{steps}").Select(file => Path.GetFileName(file)));
            foreach (var (whole, cut) in Files("whole").Zip(Files($"cut-{steps}")))
                Assert.True(File.ReadAllBytes(whole).AsSpan().SequenceEqual(File.ReadAllBytes(cut)), $"{cut} has other bytes");
        }
    }

    [Fact]
    public void A_file_is_of_another_plan_when_a_step_has_other_parameters()
    {
        string[] plans = [.. new[] { 10, 10, 20 }.Select((gap, run) =>
        {
            using var log = Filled();
            var pipeline = new Pipeline("export");
            pipeline.From(Topic.Of<Row>("rows").StopAtEnd())
                .WithEventTime(row => DateTimeOffset.FromUnixTimeMilliseconds(row.Id), maxOutOfOrderness: TimeSpan.FromMilliseconds(gap))
                .To(Sink.TrainingSet<Row>(_folder[$"run-{run}"]));
            SimulatedJob.Start(pipeline, log).Run();
            return Manifest($"run-{run}").Files.Select(file => file.Plan).Distinct().Single();
        })];

        Assert.Equal(64, plans[0].Length);
        Assert.Equal(plans[0], plans[1]);
        Assert.NotEqual(plans[0], plans[2]);
    }

    [Fact]
    public void Java_reads_rows_and_origin_of_every_file()
    {
        Export("set", 2, crashAfter: 40, 2);
        var manifest = Manifest("set");
        Assert.Equal(2 * Partitions, manifest.Files.Count);
        foreach (var file in manifest.Files.Take(2))
        {
            var lines = Tools.Java("file", Path.Combine(_folder["set"], file.File));
            using var schema = JsonDocument.Parse(lines[0]);
            Assert.Equal(["Id: Int(32, true) not null", "Text: Utf8"], schema.RootElement.GetProperty("schema").Deserialize<string[]>()!);
            Assert.Equal(Metadata(file), schema.RootElement.GetProperty("metadata").Deserialize<SortedDictionary<string, string>>()!);
            Assert.Equal(RowsOf(file).Select(row => $$"""{"Id":{{row.Id}},"Text":"{{row.Text}}"}"""), lines[1..^1]);
            Assert.Equal($$"""{"rows":{{file.Rows}},"batches":1}""", lines[^1]);
        }
    }

    [Fact]
    public void JavaScript_reads_rows_and_origin_of_every_file()
    {
        Export("set", 2, crashAfter: 40, 2);
        foreach (var file in Manifest("set").Files.Take(2))
        {
            var lines = Tools.Node(
                """
                import { readFileSync } from 'fs';
                import { tableFromIPC } from 'apache-arrow';
                const table = tableFromIPC(readFileSync(process.argv[1]));
                console.log(JSON.stringify(Object.fromEntries(table.schema.metadata)));
                for (const row of table) console.log(JSON.stringify(row));
                """, Path.Combine(_folder["set"], file.File));
            Assert.Equal(Metadata(file), JsonSerializer.Deserialize<SortedDictionary<string, string>>(lines[0])!);
            Assert.Equal(RowsOf(file).Select(row => $$"""{"Id":{{row.Id}},"Text":"{{row.Text}}"}"""), lines[1..]);
        }
    }

    [Fact]
    public void DuckDB_reads_all_files_as_one_table_and_their_origin()
    {
        Export("set", 2, crashAfter: 40, 2, isParquet: true);

        Assert.Equal(
            Enumerable.Range(0, Count).Select(i => (i, Row.Of(i).Text)),
            Duck.Ask($"SELECT Id, Text FROM '{_folder["set"]}/*.parquet' ORDER BY Id", row => (row.GetInt32(0), row.GetString(1))));
        foreach (var file in Manifest("set").Files)
        {
            Assert.Equal(Metadata(file), new SortedDictionary<string, string>(Duck.Ask(
                $"SELECT key::VARCHAR, value::VARCHAR FROM parquet_kv_metadata('{_folder["set"]}/{file.File}')",
                row => (Key: row.GetString(0), Value: row.GetString(1))).ToDictionary(entry => entry.Key, entry => entry.Value)));
        }
    }

    private static SortedDictionary<string, string> Metadata(TrainingFile file) => new()
    {
        ["dataflow.pipeline"] = "export",
        ["dataflow.plan"] = file.Plan,
        ["dataflow.topic"] = "rows",
        ["dataflow.partition"] = $"{file.Partition}",
        ["dataflow.from"] = $"{file.From}",
        ["dataflow.to"] = $"{file.To}",
    };

    private static IEnumerable<Row> RowsOf(TrainingFile file)
        => Enumerable.Range((int)file.From, (int)file.Rows).Select(offset => Row.Of((offset * Partitions) + file.Partition));

    private IEnumerable<string> Files(string set) => Directory.EnumerateFiles(_folder[set]).Order(StringComparer.Ordinal);

    private TrainingManifest Manifest(string set) => TrainingManifest.Read(File.ReadAllBytes(Path.Combine(_folder[set], "manifest.json")));

    private void Export(string set, int workers, int? crashAfter, int workersAfter, bool isParquet = false)
    {
        using var log = Filled();
        if (crashAfter is { } steps)
        {
            var job = SimulatedJob.Start(
                Pipeline(set, isParquet), log, workers, seed: steps, checkpointInterval: TimeSpan.FromMilliseconds(9));
            for (var step = 0; step < steps; step++) job.Step();
            job.Close();
        }

        SimulatedJob.Start(Pipeline(set, isParquet), log, workersAfter).Run();
    }

    private Pipeline Pipeline(string set, bool isParquet)
    {
        var pipeline = new Pipeline("export");
        pipeline.From(Topic.Of<Row>("rows").StopAtEnd())
            .To(Sink.TrainingSet<Row>(_folder[set], new TrainingSetOptions { RowsPerFile = 600, IsParquet = isParquet }));
        return pipeline;
    }

    private static LogStore Filled()
    {
        var log = SimulatedJob.OpenLog();
        var topic = log.CreateTopicAsync("rows", Partitions).AsTask().GetAwaiter().GetResult();
        var commit = new LogCommit();
        for (var partition = 0; partition < Partitions; partition++)
        {
            var (records, value) = (new RecordBuffer(), new System.Buffers.ArrayBufferWriter<byte>());
            for (var i = partition; i < Count; i += Partitions)
            {
                value.ResetWrittenCount();
                Serde<Row>.Default.Write(Row.Of(i), value);
                records.Append(i, value.WrittenSpan);
            }

            commit.Add(topic, partition, records);
        }

        log.CommitAsync(commit).AsTask().GetAwaiter().GetResult();
        return log;
    }

    public sealed record Row(int Id, string Text)
    {
        public static Row Of(int i) => new(i, $"row {i.ToString(CultureInfo.InvariantCulture)}");
    }
}
