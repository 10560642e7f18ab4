using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

public class JoinTests
{
    [Fact]
    public void Agrees_with_LINQ_and_counts_what_finds_no_row()
        => Gen.Select(Gen.Int[0, 9].Array[0, 300], Gen.Int[0, 9].Array[0, 8], Gen.Int[1, 3], Gen.Int[0, 1000]).Sample(
            (values, rowKeys, workers, seed) =>
            {
                var rows = rowKeys.Index().Select(x => new Row(x.Item, $"row {x.Index}")).ToList();
                var (results, unmatched) = Join(values, rows, workers, seed);

                var latest = rows.GroupBy(r => r.Key).ToDictionary(g => g.Key, g => g.Last().Name);
                var expected = values.Where(latest.ContainsKey).Select(v => $"{v} {latest[v]}");
                Assert.Equal(expected.Order(StringComparer.Ordinal), results.Order(StringComparer.Ordinal));
                Assert.Equal(values.Count(v => !latest.ContainsKey(v)), unmatched);
            },
            iter: 60);

    [Fact]
    public void Reads_a_table_of_many_batches_before_the_stream()
    {
        var rows = Enumerable.Range(0, 3000).Select(i => new Row(i, $"row {i}")).ToList();

        var (results, unmatched) = Join([2999, 0], rows, workers: 3, seed: 7);

        Assert.Equal(["0 row 0", "2999 row 2999"], results.Order(StringComparer.Ordinal));
        Assert.Equal(0, unmatched);
    }

    [Fact]
    public void Goes_with_the_rows_of_a_growing_topic()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("rows", [new Row(1, "old")]);
        log.Append("values", [1, 2]);
        var joined = Sink.Memory<string>();
        var pipeline = new Pipeline("join");
        var table = pipeline.Table(Topic.Of<Row>("rows"), row => row.Key);
        pipeline.From(Topic.Of<int>("values")).KeyBy(x => x).Join(table, (x, row) => $"{x} {row.Name}").To(joined);
        var job = SimulatedJob.Start(pipeline, log, workers: 1);
        job.RunUntilIdle();

        log.Append("rows", [new Row(1, "new"), new Row(2, "first")]);
        job.RunUntilIdle();
        log.Append("values", [1, 2]);
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.Equal(["1 old", "1 new", "2 first"], joined.Committed);
        job.Close();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Joins_twice_with_one_table_by_different_keys(int workers)
    {
        Row[] rows = [new(1, "one"), new(2, "two")];
        var pipeline = new Pipeline("join");
        var table = pipeline.Table(Source.Of(rows, "rows"), row => row.Key);
        var joined = Sink.Memory<string>();
        pipeline.From(
            Source.Of(
            Enumerable.Repeat((From: 1, To: 2), 1000).Concat(Enumerable.Repeat((From: 2, To: 2), 1000)).Append((From: 1, To: 3)), "pairs"))
            .KeyBy(pair => pair.From).Join(table, (pair, row) => (pair.To, Text: row.Name), name: "from").Values()
            .KeyBy(x => x.To).Join(table, (x, row) => $"{x.Text}-{row.Name}", name: "to")
            .To(joined);

        using var log = SimulatedJob.OpenLog();
        SimulatedJob.Start(pipeline, log, workers, checkpointInterval: TimeSpan.FromMilliseconds(5)).Run();
        Assert.Equal(1000, joined.Committed.Count(text => text == "one-two"));
        Assert.Equal(1000, joined.Committed.Count(text => text == "two-two"));
    }

    private static (IReadOnlyList<string> Results, long Misses) Join(IEnumerable<int> values, IEnumerable<Row> rows, int workers, int seed)
    {
        using var log = SimulatedJob.OpenLog();
        var joined = Sink.Memory<string>();
        var pipeline = new Pipeline("join");
        var stream = pipeline.From(Source.Of(values, "values"));
        var table = pipeline.Table(Source.Of(rows, "rows"), row => row.Key);
        stream.KeyBy(x => x).Join(table, (x, row) => $"{x} {row.Name}").To(joined);
        var job = SimulatedJob.Start(pipeline, log, workers, seed);
        job.Run();
        return (joined.Committed, job.Status.Steps.Single(step => step.Name == "join").Unmatched);
    }

    public sealed record Row(int Key, string Name);
}
