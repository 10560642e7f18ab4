using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Tables;

public sealed class TableReaderTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_running_job_answers_what_its_tables_hold(int workers)
    {
        _log.Append("numbers", Enumerable.Range(0, 1000));
        var pipeline = new Pipeline("read");
        var counts = pipeline.From(Topic.Of<int>("numbers")).KeyBy(x => x % 10).Aggregate(a => a.Count(), (key, count) => count);
        var big = counts.Where(count => count > 100);
        counts.Changes().To(Sink.Memory<Change<long>>());
        await using var job = await pipeline.StartAsync(
            new JobOptions { Log = _log, Workers = workers }, TestContext.Current.CancellationToken);

        var row = await Until(() => job.Read(counts).GetAsync(3, TestContext.Current.CancellationToken), r => r.Row == 100);
        Assert.True(row.Exists);
        var all = await Until(
            () => job.Read(counts).GetAllAsync(TestContext.Current.CancellationToken), rows => rows.Sum(r => r.Value) == 1000);
        Assert.Equal(Enumerable.Range(0, 10).Select(key => KeyValuePair.Create(key, 100L)), all.OrderBy(r => r.Key));
        Assert.False((await job.Read(counts).GetAsync(11, TestContext.Current.CancellationToken)).Exists);
        Assert.False((await job.Read(big).GetAsync(3, TestContext.Current.CancellationToken)).Exists);

        _log.Append("numbers", [3]);
        Assert.True((await Until(() => job.Read(big).GetAsync(3, TestContext.Current.CancellationToken), r => r.Exists)).Row == 101);
    }

    [Theory]
    [InlineData("table")]
    [InlineData("latest")]
    [InlineData("selected")]
    [InlineData("counted")]
    [InlineData("joined")]
    public void A_table_that_is_only_read_from_outside_is_enough_of_an_end(string kind)
    {
        _log.Append("numbers", [21, 42]);
        var pipeline = new Pipeline("table");
        var numbers = Topic.Of<int>("numbers");
        var table = kind == "latest"
            ? pipeline.From(numbers).KeyBy(number => number % 2).ToTable()
            : pipeline.Table(numbers, number => number % 2);
        if (kind == "selected") table = table.Select(number => number + 1).Where(number => number > 1);
        if (kind == "joined") table = table.Join(table, (one, other) => one + other);
        var counts = kind == "counted" ? table.GroupBy(row => row / 100).Aggregate(a => a.Count(), (_, count) => count) : null;
        var job = SimulatedJob.Start(pipeline, _log, workers: 2);
        job.RunUntilIdle();
        if (counts is null) Assert.Equal(kind switch { "selected" => 43, "joined" => 84, _ => 42 }, job.Read(table, 0).Row);
        else Assert.Equal(2L, job.Read(counts, 0).Row);
        job.Close();
    }

    [Fact]
    public async Task A_reader_meets_a_busy_worker_between_two_batches_and_an_idle_one_at_once()
    {
        const int Numbers = 300_000;
        _log.Append("numbers", Enumerable.Range(0, Numbers));
        var pipeline = new Pipeline("read");
        var counts = pipeline.From(Topic.Of<int>("numbers")).SelectMany(_ => new[] { "left", "right" }).KeyBy(side => side)
            .Aggregate(a => a.Count(), (_, count) => count);
        counts.Changes().To(Sink.Memory<Change<long>>());
        await using var job = await pipeline.StartAsync(new JobOptions { Log = _log, Workers = 1 }, TestContext.Current.CancellationToken);

        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            for (var seen = 0L; seen < Numbers;)
            {
                var rows = await job.Read(counts).GetAllAsync(TestContext.Current.CancellationToken);
                // left and right of one moment
                Assert.Single(rows.Select(row => row.Value).Append(rows.Count == 0 ? 0 : rows[0].Value).Distinct());
                if (rows.Count == 0) continue;
                Assert.InRange(rows[0].Value, seen, Numbers);
                seen = rows[0].Value;
            }
        }, TestContext.Current.CancellationToken));
        await Task.WhenAll(readers).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        await Until(
            () => Task.FromResult(job.Read(counts).GetAsync("left", TestContext.Current.CancellationToken).IsCompleted), isDone => isDone);
    }

    [Fact]
    public async Task Nobody_waits_for_a_job_that_has_ended()
    {
        var pipeline = new Pipeline("read");
        var table = pipeline.From(Source.Of([1])).KeyBy(x => x).ToTable();
        table.Changes().To(Sink.Memory<Change<int>>());
        var job = await pipeline.StartAsync(new JobOptions { Log = _log, Workers = 1 }, TestContext.Current.CancellationToken);
        await job.Completion;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => job.Read(table).GetAsync(1, TestContext.Current.CancellationToken));
        await job.DisposeAsync();
    }

    private static async Task<T> Until<T>(Func<Task<T>> read, Func<T, bool> isThere)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var result = await read();
            if (isThere(result)) return result;
            await Task.Yield();
            patience.Token.ThrowIfCancellationRequested();
        }
    }
}
