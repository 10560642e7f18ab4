using CsCheck;
using Dataflow.Testing;
using Dataflow.Tests.Operators;

namespace Dataflow.Tests.Tables;

/// <summary>Rows that calls make of rows, whatever the order of the answers, and wherever the job crashes.</summary>
public class MapRowsAsyncTests
{
    [Fact]
    public void Each_change_is_of_the_row_before_and_a_row_that_was_deleted_stays_so()
        => Gen.Select(Gen.Select(Gen.Int[0, 4], Gen.Int[-3, 5]).Array[0, 120], Gen.Int[1, 8], Gen.Int).Sample(
            (rows, concurrency, seed) =>
            {
                var calls = new OpenCalls<Row>();
                var changes = Sink.Memory<Keyed<int, Change<Row>>>();
                var pipeline = new Pipeline("rows");
                pipeline.From(Source.Of(rows.Select(row => new Row(row.Item1, row.Item2)))).KeyBy(row => row.Id).ToTable()
                    .Where(row => row.Value >= 0)
                    .MapAsync((row, _) => calls.Call(row), new() { Concurrency = concurrency }).Changes().Pairs.To(changes);
                using var log = SimulatedJob.OpenLog();
                calls.RunWithCrashes(pipeline, log, seed & 0xFFFF);

                var inForce = new Dictionary<int, Row>();
                foreach (var (id, change) in changes.Committed)
                {
                    Assert.Equal(inForce.GetValueOrDefault(id), change.HasOld ? change.Old : null);
                    if (change.HasNew) inForce[id] = change.New;
                    else inForce.Remove(id);
                }

                var expected = rows.GroupBy(row => row.Item1, row => row.Item2).Where(values => values.Last() >= 0)
                    .Select(values => new Row(values.Key, values.Last()));
                Assert.Equal(expected.OrderBy(row => row.Id), inForce.Values.OrderBy(row => row.Id));
            },
            iter: 40);

    [Fact]
    public void A_row_whose_call_fails_leaves_the_one_before_in_force()
    {
        Table<int, Row> table = null!;
        using var driver = new PipelineDriver(() =>
        {
            var pipeline = new Pipeline("rows") { OnError = ErrorPolicy.DeadLetter() };
            table = pipeline.From(Topic.Of<Row>("in")).KeyBy(row => row.Id).ToTable()
                .MapAsync((row, _) => row.Value == 5 ? throw new InvalidOperationException("Bad.") : Task.FromResult(row));
            table.Changes().Select(change => change.New!).Values().To(Topic.Of<Row>("out"));
            return pipeline;
        });

        driver.Feed(Topic.Of<Row>("in"), new Row(1, 1), new Row(1, 5));
        driver.Restart();

        Assert.Equal(1, driver.Read(table, 1).Row.Value);
        Assert.Single(driver.Read(Topic.Of<DeadLetter>("rows.dead-letters")));
    }

    [Fact]
    public void Options_that_do_not_keep_the_order_are_refused()
    {
        var table = new Pipeline("rows").From(Source.Of([new Row(1, 1)])).KeyBy(row => row.Id).ToTable();

        Assert.Throws<ArgumentException>(() => table.MapAsync((row, _) => Task.FromResult(row), new() { KeepsOrder = false }));
    }

    public sealed record Row(int Id, int Value);
}
