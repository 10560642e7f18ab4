using System.Globalization;
using CsCheck;
using Dataflow.Features;
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
    public Task Features_of_every_entity_are_those_that_the_job_answers_also_after_a_crash(int workers)
        => Gen.Int[0, 9].Array[1, 3_000].SampleAsync(async entities =>
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
        await job.StopAsync(TestContext.Current.CancellationToken);

        foreach (var (ask, expected) in asked.Zip(answers))
        {
            var fields = _connection.GetDatabase().HashGetAll($"clicks:{ask.Entity}")
                .ToDictionary(field => (string)field.Name!, field => (string)field.Value!);
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

        var fields = _connection.GetDatabase().HashGetAll("clicks:a")
            .ToDictionary(field => (string)field.Name!, field => (string)field.Value!);
        Assert.Equal(
            ("2", "15", "7.5", "[7,8]", "8"),
            (fields["count_1h"], fields["sum_1h"], fields["mean_1h"], fields["values_1h"], fields["last"]));
        Assert.Equal("Partial,Partial,Partial,Partial,Present", fields["@statuses"]);
        Assert.Equal(
            ("clicks[0]", "1", $"{s_start.AddSeconds(1).AddHours(-1).ToUnixTimeMilliseconds()}"),
            (fields["@split"], fields["@offset"], fields["@watermark"]));
        Assert.InRange(
            long.Parse(fields["@at"], CultureInfo.InvariantCulture), s_start.AddMinutes(10).ToUnixTimeMilliseconds(),
            s_start.AddMinutes(11).ToUnixTimeMilliseconds());
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
    public void A_hash_loses_the_fields_of_features_that_are_gone()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("clicks", [new Click("a", s_start, 7)]);
        Run("first", v => v.Last("old", click => click.Value));
        Assert.True(Database.HashExists("clicks:a", "old"));

        Run("second", v =>
        {
            v.Version = 2;
            v.Last("new", click => click.Value);
        });

        Assert.Equal(
            ["@at", "@offset", "@split", "@statuses", "@watermark", "new"],
            Database.HashKeys("clicks:a").Select(field => (string)field!).Order(StringComparer.Ordinal));

        void Run(string name, Action<FeatureViewBuilder<Click>> features)
        {
            var pipeline = new Pipeline(name);
            pipeline.From(Topic.Of<Click>("clicks")).WithEventTime(click => click.Time).KeyBy(click => click.Entity)
                .FeatureView("clicks", features).ToRedis(_redis.Configuration);
            var job = SimulatedJob.Start(pipeline, log);
            job.RunUntilIdle();
            job.Checkpoint();
            job.Close();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void What_Redis_has_lost_is_written_anew_when_a_checkpoint_or_a_start_notices_it_and_when_asked(int workers)
    {
        string[] keys = ["clicks:a", "clicks:b", "clicks:c"];
        using var log = SimulatedJob.OpenLog();
        log.Append("clicks", keys.Select(key => new Click(key[^1..], s_start, 7)));
        var clock = new SimulatedClock();
        clock.Advance(s_start.AddMinutes(10) - clock.GetUtcNow());
        var job = SimulatedJob.Start(Updating(out var view), log, workers, clock: clock);
        job.RunUntilIdle();
        job.Checkpoint();
        AssertAllAreThere();

        Flush();
        job.Checkpoint(); // notices
        job.RunUntilIdle();
        job.Checkpoint();
        AssertAllAreThere();

        Database.KeyDelete("clicks:b");
        view.UpdateAll();
        job.RunUntilIdle();
        job.Checkpoint();
        AssertAllAreThere();
        job.Close();

        Flush();
        job = SimulatedJob.Start(Features(out _), log, workers + 1, clock: clock);
        job.RunUntilIdle();
        job.Checkpoint();
        AssertAllAreThere();
        job.Close();

        void AssertAllAreThere() => Assert.All(keys, key => Assert.Equal("7", Database.HashGet(key, "last")));

        void Flush() => Database.Execute("FLUSHALL");
    }

    [Fact]
    public void A_table_that_Redis_has_lost_is_noticed_and_comes_back_under_a_new_name_of_the_pipeline()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("orders", [new Order("a", 1)]);
        Run("stock");
        Database.Execute("FLUSHALL");

        var error = Assert.Throws<ConnectorException>(() => Run("stock"));

        Assert.False(error.IsTransient);
        Assert.Equal(
            "Store 'stock': it refused what was written (it has lost what was written before). To try again does not help. Start the "
                + "pipeline under a new name, so that all rows are written again.", error.Message);
        Run("stock-2");
        Assert.Equal("1", Database.HashGet("stock:a", "Pieces"));

        void Run(string name)
        {
            var pipeline = new Pipeline(name);
            pipeline.From(Topic.Of<Order>("orders")).KeyBy(order => order.Item).ToTable().ToRedis(_redis.Configuration, "stock");
            var job = SimulatedJob.Start(pipeline, log);
            job.RunUntilIdle();
            job.Checkpoint();
            job.Close();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void All_forms_of_a_key_share_a_hash(int workers)
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("orders", [new Priced(1.00m, 1), new Priced(2m, 2), new Priced(1.0m, 3), new Priced(1m, 4), new Priced(2.0m, 5)]);
        var pipeline = new Pipeline("prices");
        pipeline.From(Topic.Of<Priced>("orders").StopAtEnd()).KeyBy(order => order.Price).ToTable().ToRedis(_redis.Configuration, "prices");
        SimulatedJob.Start(pipeline, log, workers).Run();

        Assert.Equal(("4", "5"), ((string?)Database.HashGet("prices:1", "Pieces"), (string?)Database.HashGet("prices:2", "Pieces")));
        Assert.Equal(3, (long)Database.Execute("DBSIZE")); // and the job's own
    }

    [Fact]
    public void A_hash_is_named_by_what_its_key_holds()
    {
        Check("a:b", "stock:a:b");
        Check(7, "stock:7");
        Check(1.50m, "stock:1.5");
        Check(-0.0, "stock:0");
        Check(true, "stock:True");
        Check(DayOfWeek.Friday, "stock:Friday");
        Check(new DateTimeOffset(2026, 1, 31, 12, 0, 0, 1, TimeSpan.FromHours(2)), "stock:2026-01-31T10:00:00.0010000+00:00");
        Check(new DateTime(2026, 1, 31, 12, 0, 0, DateTimeKind.Local), "stock:2026-01-31T12:00:00.0000000Z");
        Check(new DateOnly(2026, 1, 31), "stock:2026-01-31");
        Check(new TimeOnly(12, 30, 1), "stock:12:30:01.0000000");
        Check(("a\"b", 1.0m, (int?)null), """stock:["a\"b",1,null]""");
        Check(new Priced(1.0m, 2), "stock:[1,2]");

        static void Check<TKey>(TKey key, string name)
            where TKey : notnull
            => Assert.Equal(name, (string?)new HashKeys<TKey>("stock").Of(key).Name);
    }

    [Fact]
    public void Hashes_are_one_exactly_if_their_keys_are_equal()
        => Gen.Select(
            Gen.Int[0, 3], Gen.Int[0, 9], Gen.Int[-14, 14],
            Gen.OneOf(Gen.Const("\uD800"), Gen.Const("\uDC00"), Gen.Const("\uFFFD"), Gen.String[Gen.Char["\\\",[]ab"], 0, 3])).Select(
            (value, scale, hours, text)
                => (text, value + new decimal(0, 0, 0, value == 0, (byte)scale), (Text: text, value == 1 ? -0.0 : value >> 1),
                DateTimeOffset.UnixEpoch.AddTicks(value).ToOffset(TimeSpan.FromHours(hours)), new TimeOnly(value))).Array[2].Sample(
            pair => (pair[0] == pair[1]) == (KeyOf(pair[0]) == KeyOf(pair[1]))
                && (pair[0].text == pair[1].text) == (KeyOf(pair[0].text) == KeyOf(pair[1].text)), iter: 5_000);

    [Fact]
    public void Lists_may_hold_numbers_that_JSON_does_not_have()
    {
        Assert.Equal(
            """[1.5,"NaN","Infinity","-Infinity"]""",
            FeatureFields.Text(new[] { 1.5, double.NaN, double.PositiveInfinity, double.NegativeInfinity }));
        Assert.Equal("""["NaN"]""", FeatureFields.Text(new[] { float.NaN }));
        Assert.Equal("NaN", FeatureFields.Text(double.NaN));
    }

    [Fact]
    public void What_only_a_person_can_mend_is_no_error_that_may_pass_and_says_what_to_do()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("clicks", [new Click("a", s_start, 7)]);

        Database.StringSet("clicks:a", "something else");
        Refused("WRONGTYPE", "A key of that name is no hash: delete it, or rename the view or table.", _redis.Configuration);
        Assert.Equal("something else", Database.StringGet("clicks:a"));
        Database.KeyDelete("clicks:a");

        Database.Execute("ACL", "SETUSER", "reader", "on", ">right", "~*", "+@all", "-hset", "-hmset");
        Refused("can't run this command",
            "Give the user the right to read and write these keys: EVAL, HGET, HSET, HLEN, HKEYS, HDEL, DEL, GET, SET.",
            $"{_redis.Configuration},user=reader,password=right");
        Database.Execute("ACL", "SETUSER", "reader", "+hset", "+hmset");
        Run($"{_redis.Configuration},user=reader,password=right");

        Database.Execute("CONFIG", "SET", "requirepass", "secret");
        Refused("", "Check user and password in the configuration.", $"{_redis.Configuration},user=reader,password=wrong");
        var error = Refused("", null, _redis.Configuration);
        Assert.Contains("password in the configuration.", error.Message, StringComparison.Ordinal);
        Run($"{_redis.Configuration},password=secret");

        ConnectorException Refused(string reason, string? remedy, string configuration)
        {
            var error = Assert.Throws<ConnectorException>(() => Run(configuration));
            Assert.False(error.IsTransient, error.Message);
            Assert.StartsWith("Store 'clicks': it refused what was written (", error.Message, StringComparison.Ordinal);
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
            if (remedy is not null) Assert.EndsWith($"To try again does not help. {remedy}", error.Message, StringComparison.Ordinal);
            return error;
        }

        void Run(string configuration)
        {
            var pipeline = new Pipeline("features");
            pipeline.From(Topic.Of<Click>("clicks")).WithEventTime(click => click.Time).KeyBy(click => click.Entity)
                .FeatureView("clicks", v => v.Last("last", click => click.Value)).ToRedis(configuration);
            var job = SimulatedJob.Start(pipeline, log);
            try
            {
                job.RunUntilIdle();
                job.Checkpoint();
            }
            finally
            {
                job.Close();
            }
        }
    }

    [Theory]
    [InlineData(
        "localhost:notaport,password=secret",
        "Store 'rows', part 1 of its configuration: server 'localhost:notaport' is wrong. Write it as 'host:port', with a port from 1 to "
            + "65535.")]
    [InlineData(
        "a:1,b:70000",
        "Store 'rows', part 2 of its configuration: server 'b:70000' is wrong. Write it as 'host:port', with a port from 1 to 65535.")]
    [InlineData(
        "a:1,passwort=secret",
        "Store 'rows', part 2 of its configuration: setting 'passwort' is wrong. See the configuration strings of StackExchange.Redis for "
            + "its settings and their values.")]
    [InlineData(
        "a:1,connectTimeout=soon",
        "Store 'rows', part 2 of its configuration: setting 'connectTimeout' is wrong. See the configuration strings of "
            + "StackExchange.Redis for its settings and their values.")]
    [InlineData(
        "password=secret", "Store 'rows', part 1 of its configuration: it names no server. Begin with one, such as 'localhost:6379'.")]
    public void A_configuration_that_is_none_is_refused_where_it_is_written_without_its_secrets(string configuration, string message)
    {
        var table = new Pipeline("p").From(Source.Of<Order[]>([], "rows")).KeyBy(_ => 0).ToTable();
        Assert.Equal(
            message, Assert.Throws<ConnectorException>(() => table.Select(_ => new Order("a", 1)).ToRedis(configuration, "rows")).Message);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:6379,b:6380,password=a=b,ssl=true")]
    [InlineData("::1")]
    [InlineData("[::1]:6379")]
    public void Other_forms_of_servers_are_taken(string configuration)
        => Assert.NotEmpty(RedisConfiguration.Parse("rows", configuration).EndPoints);

    [Fact]
    public void Refuses_rows_that_are_no_fields()
    {
        var table = new Pipeline("p").From(Source.Of<Nested[]>([], "rows")).KeyBy(_ => 0).ToTable();
        Assert.Throws<ConnectorException>(() => table.Select(_ => new Nested(new Order("a", 1))).ToRedis(_redis.Configuration, "rows"));
    }

    [Fact]
    public void The_plan_says_what_is_written() => Assert.Contains(
        "clicks-updates (of each batch's entities)", Features(out _).Explain().ToString(), StringComparison.Ordinal);

    private static RedisKey KeyOf<TKey>(TKey key)
        where TKey : notnull
        => new HashKeys<TKey>("stock").Of(key).Name;

    private IDatabase Database => _connection.GetDatabase();

    private Pipeline Features(out FeatureService<Ask> service)
    {
        var pipeline = Updating(out var view);
        service = FeatureService.Of<Ask>("ask", s => s.From(view, ask => ask.Entity)).Serve();
        return pipeline;
    }

    private Pipeline Updating(out FeatureView<string> view)
    {
        var pipeline = new Pipeline("features");
        var clicks = pipeline.From(Topic.Of<Click>("clicks")).WithEventTime(click => click.Time, maxOutOfOrderness: TimeSpan.FromHours(1))
            .KeyBy(click => click.Entity);
        view = clicks.FeatureView("clicks", v =>
        {
            Sawtooth[] hour = [TimeSpan.FromHours(1)];
            v.Aggregate("count", a => a.Count(), hour, defaultValue: 0);
            v.Aggregate("sum", a => a.Sum(click => click.Value), hour);
            v.Aggregate("mean", a => a.Mean(click => click.Value), hour);
            v.Aggregate("values", a => a.Last(3, click => click.Value), hour);
            v.Last("last", click => click.Value);
        });
        view.ToRedis(_redis.Configuration);
        return pipeline;
    }

    public sealed record Priced(decimal Price, int Pieces);

    public sealed record Click(string Entity, DateTimeOffset Time, int Value);

    public sealed record Ask(string Entity);

    public sealed record Order(string Item, int Pieces);

    public sealed record Nested(Order Order);
}
