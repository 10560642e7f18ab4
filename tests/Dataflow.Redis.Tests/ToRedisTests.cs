using System.Globalization;
using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests;
using StackExchange.Redis;

namespace Dataflow.Redis.Tests;

/// <summary>What a real Redis holds against what the job answers itself.</summary>
public sealed class ToRedisTests : IDisposable
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly RedisServer _redis = RedisServer.Start();
    private readonly ConnectionMultiplexer _connection;

    public ToRedisTests() => _connection = ConnectionMultiplexer.Connect(_redis.Configuration);

    public void Dispose()
    {
        _connection.Dispose();
        _redis.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public Task Features_of_every_entity_are_those_that_the_job_answers_also_after_a_crash(int workers) => Gen.Int[0, 9].Array[1, 3_000].SampleAsync(async entities =>
    {
        await _connection.GetDatabase().ExecuteAsync("FLUSHALL");
        using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        log.Append("clicks", entities.Select((entity, i) => new Click($"e{entity}", s_start.AddMilliseconds(i), i)));
        var clock = new SimulatedClock();
        clock.Advance(s_start.AddMinutes(10) - clock.GetUtcNow());
        var options = new JobOptions { Log = log, Workers = workers, Time = clock };
        await using (var crashed = await Features(out _).StartAsync(options))
        {
            while (crashed.Status.RecordsRead < entities.Length / 2) await Task.Yield();
        }

        await using var job = await Features(out var service).StartAsync(options);
        while (job.Status.RecordsRead < entities.Length) await Task.Yield();
        var asked = entities.Distinct().Select(entity => new Ask($"e{entity}")).ToList();
        while (job.Read(service).Read(asked).Sum(answer => (long)answer[0].ToObject()!) < entities.Length) await Task.Yield();
        var answers = job.Read(service).Read(asked);
        await job.StopAsync();

        foreach (var (ask, expected) in asked.Zip(answers))
        {
            var fields = _connection.GetDatabase().HashGetAll($"clicks:{ask.Entity}").ToDictionary(field => (string)field.Name!, field => (string)field.Value!);
            foreach (var (i, name) in expected.Names.Index()) Assert.Equal(FeatureFields.Text(expected[i].ToObject()), fields[name]);
            Assert.Equal(string.Join(',', expected.Values.ToArray().Select(value => value.Status)), fields["@statuses"]);
            Assert.Equal(expected.Cut.Positions[0].Offset.ToString(CultureInfo.InvariantCulture), fields["@offset"]);
        }
    }, iter: 8, threads: 1);

    [Fact]
    public void A_hash_says_what_its_features_are_worth_and_reflect()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("clicks", [new Click("a", s_start, 7), new Click("a", s_start.AddSeconds(1), 8)]);
        var clock = new SimulatedClock();
        clock.Advance(s_start.AddMinutes(10) - clock.GetUtcNow());
        var job = SimulatedJob.Start(Features(out _), log, clock: clock);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();

        var fields = _connection.GetDatabase().HashGetAll("clicks:a").ToDictionary(field => (string)field.Name!, field => (string)field.Value!);
        Assert.Equal(("2", "15", "7.5", "[7,8]", "8"), (fields["count_1h"], fields["sum_1h"], fields["mean_1h"], fields["values_1h"], fields["last"]));
        Assert.Equal("Partial,Partial,Partial,Partial,Present", fields["@statuses"]);
        Assert.Equal(("clicks[0]", "1", $"{s_start.AddSeconds(1).AddHours(-1).ToUnixTimeMilliseconds()}"), (fields["@split"], fields["@offset"], fields["@watermark"]));
        Assert.InRange(long.Parse(fields["@at"], CultureInfo.InvariantCulture), s_start.AddMinutes(10).ToUnixTimeMilliseconds(), s_start.AddMinutes(11).ToUnixTimeMilliseconds());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Rows_of_a_table_come_change_and_go(int workers) => Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3]).Array[0, 100].Sample(orders =>
    {
        _connection.GetDatabase().Execute("FLUSHALL");
        using var log = SimulatedJob.OpenLog();
        log.Append("orders", orders.Select(order => new Order($"i{order.Item1}", order.Item2)), partitions: 1);
        var pipeline = new Pipeline("stock");
        pipeline.From(Topic.Of<Order>("orders").StopAtEnd()).KeyBy(order => order.Item).ToTable()
            .Where(order => order.Pieces > 0).ToRedis(_redis.Configuration, "stock");
        SimulatedJob.Start(pipeline, log, workers).Run();

        foreach (var item in Enumerable.Range(0, 6))
        {
            var last = orders.LastOrDefault(order => order.Item1 == item);
            var fields = _connection.GetDatabase().HashGetAll($"stock:i{item}");
            if (last.Item2 == 0) Assert.Empty(fields);
            else Assert.Equal([new HashEntry("Item", $"i{item}"), new HashEntry("Pieces", last.Item2)], fields);
        }
    }, iter: 20, threads: 1);

    [Fact]
    public void A_job_whose_Redis_is_gone_stops_with_an_error_that_may_pass()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("clicks", [new Click("a", s_start, 7)]);
        var job = SimulatedJob.Start(Features(out _), log);
        _redis.Kill();
        var error = Assert.Throws<ConnectorException>(() =>
        {
            job.RunUntilIdle();
            job.Checkpoint();
        });
        job.Close();
        Assert.True(error.IsTransient);
        Assert.StartsWith("Store 'clicks': it did not take what was written (", error.Message, StringComparison.Ordinal);
        Assert.True(Assert.Throws<ConnectorException>(() => SimulatedJob.Start(Features(out _), log)).IsTransient);
    }

    [Fact]
    public void Refuses_rows_that_are_no_fields()
    {
        var table = new Pipeline("p").From(Source.Of<Nested[]>([], "rows")).KeyBy(_ => 0).ToTable();
        Assert.Throws<ConnectorException>(() => table.Select(_ => new Nested(new Order("a", 1))).ToRedis(_redis.Configuration, "rows"));
    }

    [Fact]
    public void The_plan_says_what_is_written() => Assert.Contains(
        "clicks-updates (of each batch's entities)", Features(out _).Explain().ToString(), StringComparison.Ordinal);

    private Pipeline Features(out FeatureService<Ask> service)
    {
        var pipeline = new Pipeline("features");
        var clicks = pipeline.From(Topic.Of<Click>("clicks")).WithEventTime(click => click.Time, lateness: TimeSpan.FromHours(1)).KeyBy(click => click.Entity);
        var view = clicks.FeatureView("clicks", v =>
        {
            Sawtooth[] hour = [TimeSpan.FromHours(1)];
            v.Aggregate("count", a => a.Count(), hour, defaultValue: 0);
            v.Aggregate("sum", a => a.Sum(click => click.Value), hour);
            v.Aggregate("mean", a => a.Mean(click => click.Value), hour);
            v.Aggregate("values", a => a.Last(3, click => click.Value), hour);
            v.Last("last", click => click.Value);
        });
        view.ToRedis(_redis.Configuration);
        service = FeatureService.Of<Ask>("ask", s => s.From(view, ask => ask.Entity)).Serve();
        return pipeline;
    }

    public sealed record Click(string Entity, DateTimeOffset Time, int Value);

    public sealed record Ask(string Entity);

    public sealed record Order(string Item, int Pieces);

    public sealed record Nested(Order Order);
}
