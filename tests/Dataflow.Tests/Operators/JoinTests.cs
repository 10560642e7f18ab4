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

    [Fact]
    public void A_left_join_gives_a_result_for_each_record_through_restarts_and_with_any_number_of_workers()
        => Gen.Select(Gen.Int[0, 9].Array[0, 300], Gen.Int[0, 9].Array[1, 8], Gen.Int[1, 3], Gen.Int[1, 3], Gen.Int[0, 1000]).Sample(
            (values, rowKeys, before, after, seed) =>
            {
                using var log = SimulatedJob.OpenLog();
                log.Append("values", values[..(values.Length / 2)]);
                log.Append("rows", rowKeys.Select(key => new Row(key, $"row {key}")).ToArray());
                var joined = Sink.Memory<string>();
                var status = Run(before);
                log.Append("values", values[(values.Length / 2)..]);
                status = Run(after);

                Assert.Equal(
                    values.Select(v => rowKeys.Contains(v) ? $"{v} row {v}" : $"{v} none").Order(StringComparer.Ordinal),
                    joined.Committed.Order(StringComparer.Ordinal));
                Assert.Equal((0, 0), (status.Unmatched, status.InFlight));

                Operations.StepStatus Run(int workers)
                {
                    var pipeline = new Pipeline("left");
                    var table = pipeline.Table(Topic.Of<Row>("rows").StopAtEnd(), row => row.Key);
                    pipeline.From(Topic.Of<int>("values")).KeyBy(x => x)
                        .LeftJoin(table, (x, row) => $"{x} {row?.Name ?? "none"}").To(joined);
                    var job = SimulatedJob.Start(pipeline, log, workers, seed);
                    job.RunUntilIdle();
                    job.Checkpoint();
                    job.Close();
                    return job.Status.Steps.Single(step => step.Name == "left-join");
                }
            },
            iter: 40);

    [Fact]
    public void A_left_join_is_shown_as_such_and_leaves_out_a_record_that_its_result_fails_on()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("values", [0, 1, 2]);
        var joined = Sink.Memory<int>();
        var pipeline = new Pipeline("left") { OnError = ErrorPolicy.DeadLetter() };
        var table = pipeline.Table(Source.Of([(Key: 1, Row: 5), (Key: 2, Row: 0)], "rows"), row => row.Key);
        pipeline.From(Topic.Of<int>("values").StopAtEnd()).KeyBy(x => x).LeftJoin(table, (x, row) => 10 / (x + row.Row)).To(joined);
        SimulatedJob.Start(pipeline, log).Run();

        Assert.Contains("left-join (left, with rows)", pipeline.Explain().ToString(), StringComparison.Ordinal);
        Assert.Equal([1, 5], joined.Committed.Order());
        var letter = Assert.Single(Topic.Of<DeadLetter>("left.dead-letters").ReadAll(log));
        Assert.Equal(("left-join", 0), (letter.Step, letter.Position));
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
