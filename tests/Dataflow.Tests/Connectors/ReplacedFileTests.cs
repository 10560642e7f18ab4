using System.IO.Compression;
using System.Text;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Connectors;

public sealed class ReplacedFileTests : IDisposable
{
    private const int Count = 20_000;

    private readonly TemporaryFolder _folder = new();
    private readonly LogStore _log = SimulatedJob.OpenLog();

    [Theory]
    [InlineData("a.csv")]
    [InlineData("a.csv.gz")]
    [InlineData("a.jsonl")]
    public void Refuses_a_file_that_is_another_than_the_one_that_was_read_in_part(string file)
    {
        Write(file, Rows(0, Count));
        Stop(file);
        foreach (var row in (int[])[0, 50, 99]) // the job has read more
        {
            Write(file, [.. Rows(0, row), $"{row},y", .. Rows(row + 1, 2 * Count)]);
            Assert.Contains(" are not those that the job had read. ", Assert.Throws<ConnectorException>(() => Start(file)).Message);
        }

        Write(file, Rows(0, 10));
        Assert.Contains("the job had already read", Assert.Throws<ConnectorException>(() => Start(file)).Message);
        Write(file, Rows(0, Count));
        Start(file).Run();
        Assert.Equal(Rows(0, Count).Order(StringComparer.Ordinal), Results());
    }

    [Theory]
    [InlineData("a.csv")]
    [InlineData("a.jsonl")]
    public void Reads_such_a_file_anew_where_it_is_told_to(string file)
    {
        Write(file, Rows(0, Count));
        var read = Stop(file);
        Write(file, [.. Rows(0, 5).Select(row => row + "new")]);
        Start(file, ReplacedFile.ReadAnew).Run();
        Assert.Equal([.. Rows(0, read).Concat(Rows(0, 5).Select(row => row + "new")).Order(StringComparer.Ordinal)], Results());
    }

    [Theory]
    [InlineData("a.csv")]
    [InlineData("a.csv.gz")]
    [InlineData("a.jsonl")]
    public void Reads_on_where_rows_were_added_or_not_yet_read_ones_corrected(string file)
    {
        Write(file, Rows(0, 4000));
        var read = Stop(file);
        Write(file, [.. Rows(0, read), $"{read},corrected", .. Rows(read + 1, 5000)]);
        Start(file).Run();
        Assert.Equal(
            [.. Rows(0, 5000).Select(row => row.StartsWith($"{read},", StringComparison.Ordinal) ? $"{read},corrected" : row)
            .Order(StringComparer.Ordinal)],
            Results());
    }

    [Fact]
    public void Reads_on_in_a_split_that_had_ended_as_long_as_the_job_has_not()
    {
        Write("b.csv", Rows(0, 10));
        Write("a.csv", Rows(100, Count));
        Stop("a.csv", "b.csv");
        Write("b.csv", Rows(0, 20));
        Start(ReplacedFile.Refuse, "a.csv", "b.csv").Run();
        Assert.Equal([.. Rows(0, 20).Concat(Rows(100, Count)).Order(StringComparer.Ordinal)], Results());
    }

    [Theory]
    [InlineData("a.csv")]
    [InlineData("a.jsonl")]
    public void Says_that_a_file_has_grown_since_the_job_finished(string file)
    {
        Write(file, Rows(0, 10));
        Start(file).Run();
        Start(file).Run();
        Write(file, Rows(0, 11));
        Assert.StartsWith(
            $"Pipeline 'rows' has finished, and reads nothing more. Source '{file}' has 1 record that was not read.",
            Assert.Throws<CheckpointException>(() => Start(file)).Message);
        Assert.Equal(Rows(0, 10).Order(StringComparer.Ordinal), Results());
    }

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    private static string[] Rows(int from, int to) => [.. Enumerable.Range(from, to - from).Select(i => $"{i},x")];

    /// <summary>Runs a job for a while and ends it behind a checkpoint; gives how many rows it had read.</summary>
    private int Stop(params string[] files)
    {
        var job = Start(ReplacedFile.Refuse, files);
        for (var step = 0; step < 40; step++) job.Step();
        job.Begin();
        while (job.Status.Checkpoints.Count == 0) job.Step();
        job.Close();
        var read = Results().Count;
        Assert.InRange(read, 100, Count / 2);
        return read;
    }

    private SimulatedJob Start(string file, ReplacedFile whenReplaced = ReplacedFile.Refuse) => Start(whenReplaced, file);

    private SimulatedJob Start(ReplacedFile whenReplaced, params string[] files)
    {
        var pipeline = new Pipeline("rows");
        var rows = files.Select(file => pipeline.From(Create(_folder[file], whenReplaced))).Aggregate((one, other) => one.Union(other));
        rows.Select(row => $"{row.Id},{row.Text}").To(Topic.Of<string>("results"));
        return SimulatedJob.Start(pipeline, _log);
    }

    private static Source<Row> Create(string path, ReplacedFile whenReplaced) => path.Contains(".csv", StringComparison.Ordinal)
        ? Source.Csv<Row>(path, new CsvOptions { WhenReplaced = whenReplaced })
        : Source.JsonLines<Row>(path, whenReplaced);

    private IReadOnlyList<string> Results() => _log.TryGetTopic("results", out _) ? _log.Sorted<string>("results") : [];

    private void Write(string file, IReadOnlyList<string> rows)
    {
        var lines = file.Contains(".csv", StringComparison.Ordinal)
            ? rows.Prepend("id,text")
            : rows.Select(row => row.Split(',')).Select(row => $"{{\"id\":{row[0]},\"text\":\"{row[1]}\"}}");
        using Stream stream = file.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(File.Create(_folder[file]), CompressionLevel.Fastest)
            : File.Create(_folder[file]);
        stream.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));
    }

    public record Row(int Id, string Text);
}
