using System.Reflection;
using System.Reflection.Emit;
using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests;

namespace Dataflow.Features.Tests;

/// <summary>What a read of a running job answers.</summary>
public class FeatureReaderTests
{
    private static readonly Sawtooth s_tenBy2 = Sawtooth.Of(Ms(10), hop: Ms(2));

    [Fact]
    public void An_event_at_the_time_of_a_read_is_out_and_one_before_it_is_in()
    {
        using var served = Of(v => v.Aggregate("sum", a => a.Sum(p => p.Value), [s_tenBy2]));
        served.Feed(new("a", 100, 1), new("a", 101, 2));

        Assert.Equal(1, served.Read("a", 101)[0].As<long>());
        Assert.Equal(3, served.Read("a", 102)[0].As<long>());
    }

    [Fact]
    public void A_window_begins_on_the_hop_at_or_before_its_length()
    {
        using var served = Of(v => v.Aggregate("sum", a => a.Sum(p => p.Value), [s_tenBy2]));
        served.Feed(new("a", 99, 1), new("a", 100, 2), new("a", 101, 4), new("a", 110, 8));

        Assert.Equal(14, served.Read("a", 111)[0].As<long>()); // from floor(101, 2) = 100
        Assert.Equal(8, served.Read("a", 112)[0].As<long>()); // from 102
    }

    [Fact]
    public void Where_nothing_is_known_the_default_value_comes_or_none()
    {
        using var served = Of(v =>
        {
            v.Aggregate("sum", a => a.Sum(p => p.Value), [s_tenBy2]);
            v.Aggregate("count", a => a.Count(), [s_tenBy2], defaultValue: 0);
            v.Last("last", p => p.Value);
        });
        served.Feed(new Ping("a", 100, 1));

        Assert.Equal(["- (Missing)", "0 (Default)", "- (Missing)"], Texts(served.Read("b", 101)));
        Assert.Equal(["- (Missing)", "0 (Default)", "1 (Present)"], Texts(served.Read("a", 200)));
        Assert.Null(served.Read("b", 101)[0].EventTime);
        Assert.Equal(100, served.Read("a", 200)[0].EventTime!.Value.ToUnixTimeMilliseconds());
    }

    [Fact]
    public void An_entity_whose_newest_event_is_as_old_as_the_time_to_live_is_expired()
    {
        using var served = Of(v =>
        {
            v.TimeToLive = Ms(50);
            v.Last("last", p => p.Value);
            v.Last("other", p => p.Value, defaultValue: -1);
        });
        served.Feed(new Ping("a", 100, 1));

        Assert.Equal(["1 (Present)", "1 (Present)"], Texts(served.Read("a", 149)));
        Assert.Equal(["- (Expired)", "-1 (Expired)"], Texts(served.Read("a", 150)));
    }

    [Fact]
    public void A_window_that_begins_before_the_history_is_partial()
    {
        using var served = Of(v => v.Aggregate("count", a => a.Count(), [s_tenBy2]));
        served.Feed(new Ping("a", 100, 1), new Ping("b", 105, 1));

        Assert.Equal("1 (Partial)", served.Read("b", 109)[0].ToString());
        Assert.Equal("1 (Present)", served.Read("b", 110)[0].ToString());
    }

    [Fact]
    public void A_read_far_ahead_of_the_watermark_is_partial_where_the_view_says_so()
    {
        using var served = Of(v =>
        {
            v.MaxLag = Ms(5);
            v.Last("last", p => p.Value);
        });
        served.Feed(new Ping("a", 100, 1));

        Assert.Equal("1 (Present)", served.Read("a", 105)[0].ToString());
        Assert.Equal("1 (Partial)", served.Read("a", 106)[0].ToString());
        Assert.Equal(Ms(6), served.Read("a", 106).Cut.Positions[0].Lag);
    }

    [Fact]
    public void A_read_of_a_time_that_the_watermark_has_passed_is_answered_as_of_the_watermark()
    {
        using var served = Of(v => v.Last("last", p => p.Value));
        served.Feed(new("a", 100, 1), new("b", 120, 2), new("a", 119, 3));

        var features = served.Read("a", 50);

        Assert.Equal("3 (Present)", features[0].ToString());
        Assert.Equal(new FeaturePosition(120, 120, 100, "pings[0]", 2), features.Cut.Positions[0]);
    }

    [Fact]
    public void Late_events_enter_their_pane_while_it_is_kept_and_others_are_counted()
    {
        using var served = Of(v => v.Aggregate("count", a => a.Count(), [s_tenBy2]));
        served.Feed(new("a", 100, 1), new("b", 120, 1));

        served.Feed(new Ping("a", 113, 1)); // late, in a pane that reads from 120 on still need
        Assert.Equal(1, served.Read("a", 120)[0].As<long>());

        served.Feed(new Ping("a", 50, 1));
        Assert.Equal(1, served.Read("a", 120)[0].As<long>());
        Assert.Equal(1, served.Job.Status.Steps.Single(step => step.Name == "view").Late);
        Assert.Equal([1], served.LateEvents());
        Assert.Equal(2, served.Read("a", 120).Cut.Positions[0].Offset);
    }

    [Fact]
    public void The_last_event_is_the_greatest_by_time_then_partition_then_offset()
    {
        using var served = Of(v => v.Last("last", p => p.Value), latenessMs: 100, partitions: 2);
        served.FeedTo(1, new Ping("a", 100, 1));
        served.FeedTo(0, new("a", 100, 2), new("a", 90, 3));
        Assert.Equal(1, served.Read("a", 101)[0].As<int>());

        served.FeedTo(1, new Ping("a", 100, 4));
        Assert.Equal(4, served.Read("a", 101)[0].As<int>());
    }

    [Fact]
    public void A_cut_names_the_part_of_the_source_also_where_a_later_run_reads_another_source_first()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("others", [1]);
        log.Append("pings", [new Ping("a", 1000, 1)], partition: 1, partitions: 2);
        Read(readsOthers: false);

        Assert.Equal([("pings[1]", 0L)], Read(readsOthers: true).Positions.Select(position => (position.Split, position.Offset)));

        FeatureCut Read(bool readsOthers)
        {
            var pipeline = new Pipeline("served");
            if (readsOthers) pipeline.From(Topic.Of<int>("others")).To(Sink.Memory<int>());
            var pings = pipeline.From(Topic.Of<Ping>("pings")).WithEventTime(ping => ping.TimeMs, TimeSpan.Zero).KeyBy(ping => ping.Entity);
            var service = FeatureService.Of<string>(
                "service", s => s.From(pings.FeatureView("pings", v => v.Last("last", p => p.Value)), ask => ask)).Serve();
            var job = SimulatedJob.Start(pipeline, log);
            job.RunUntilIdle();
            var cut = job.Ask(asked => Task.FromResult(asked.Read(service).Read("a", DateTimeOffset.FromUnixTimeMilliseconds(2000)).Cut));
            job.Checkpoint();
            job.Close();
            return cut;
        }
    }

    [Fact]
    public void A_ratio_whose_denominator_is_zero_or_unknown_is_unknown()
    {
        using var served = Of(v =>
        {
            v.Aggregate("sum", a => a.Sum(p => p.Value), [s_tenBy2]);
            v.Aggregate("count", a => a.Count(), [s_tenBy2], defaultValue: 0);
            v.Ratio("mean", "sum_10ms", "count_10ms");
            v.Ratio("inverse", "count_10ms", "sum_10ms", defaultValue: 0.5);
        });
        served.Feed(new("z", 50, 1), new("a", 100, 2), new("a", 101, -2), new("b", 102, 5));

        Assert.Equal(["0 (Present)", "2 (Present)", "0 (Present)", "0.5 (Default)"], Texts(served.Read("a", 103)));
        Assert.Equal(["5 (Present)", "1 (Present)", "5 (Present)", "0.2 (Present)"], Texts(served.Read("b", 103)));
        Assert.Equal(["- (Missing)", "0 (Default)", "- (Missing)", "0.5 (Default)"], Texts(served.Read("c", 103)));
    }

    [Fact]
    public void Entities_are_found_by_features_of_others_and_functions_see_request_and_features()
    {
        using var served = new DrivenFeatures<(string Entity, int Limit)>(pings =>
        {
            var view = pings.FeatureView("view", v =>
            {
                v.Last("last", p => p.Value);
                v.Last("next", p => $"e{p.Value}");
            });
            return FeatureService.Of<(string Entity, int Limit)>("service", s =>
            {
                s.From(view, ask => ask.Entity);
                s.OnDemand("over", (ask, features) => features["last"].As<int>() > ask.Limit);
                s.From(view, (_, features) => features["next"].As<string>(), ["last"], prefix: "next_");
                s.OnDemand("sum", (_, features) => features["last"].As<int>() + features["next_last"].As<int>());
            });
        }, workers: 2);
        served.Feed(new("e1", 100, 2), new("e2", 101, 7));

        var features = served.Read(("e1", 1), 200);

        Assert.Equal(["last", "next", "over", "next_last", "sum"], features.Names);
        Assert.Equal(["2 (Present)", "e2 (Present)", "True (Present)", "7 (Present)", "9 (Present)"], Texts(features));
        Assert.Equal([0, 1], features.Cut.Positions.Select(position => position.Offset));
        Assert.Null(features.PositionOf(2));
    }

    [Fact]
    public void An_answer_that_is_used_again_is_the_same_as_a_new_one_and_a_cut_taken_of_it_stays()
    {
        using var served = new DrivenFeatures<string>(pings => FeatureService.Of<string>("service", s =>
        {
            s.From(pings.FeatureView("view", v => v.Last("last", p => p.Value)), entity => entity);
            s.OnDemand("later", (_, features) => features["sum"].Status == FeatureStatus.Missing ? "not found yet" : "stale");
            s.OnDemand("sum", (_, features) => features["last"].HasValue ? $"{features["last"].As<int>() + 1}" : null);
        }));
        served.Feed(new("a", 100, 1), new("b", 101, 2));

        var features = served.Read("a", 200);
        var cut = features.Cut;
        foreach (var entity in new[] { "b", "c", "a" })
        {
            Assert.Same(features, served.Read(entity, 200, features));
            Assert.Equal(served.Read(entity, 200).Values, features.Values);
            Assert.Equal(served.Read(entity, 200).Cut.Positions, features.Cut.Positions);
        }

        served.Read("b", 200, features);
        Assert.Equal(0, cut.Positions[0].Offset);
        Assert.Equal("not found yet (Present)", features["later"].ToString());
    }

    [Fact]
    public void An_answer_of_another_service_is_not_used_again()
    {
        using var served = Of(v => v.Last("last", p => p.Value));
        using var other = Of(v => v.Last("other", p => p.Value));

        var error = Assert.Throws<ArgumentException>(() => served.Read("a", 100, other.Read("a", 100)));

        Assert.Contains("of other cannot be used again for last", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void More_entities_than_caches_hold_are_answered_as_a_few_are(int before, int after)
    {
        const int Entities = 8_000;
        Sawtooth[] windows = [Sawtooth.Of(Ms(50), hop: Ms(10)), Sawtooth.Of(Ms(40_000), hop: Ms(1_000))];
        var random = new Random(17);
        Ping[] pings =
        [
            .. Enumerable.Range(0, 5 * Entities)
                .Select(i => new Ping($"e{random.Next(Entities)}", i - random.Next(60), random.Next(-20, 20))),
        ];
        using var served = new DrivenFeatures<Ask>(stream => PingView.Service(stream, windows), latenessMs: 60, before);
        served.Feed([.. pings.Take(pings.Length / 2)]);
        served.Restart(after);
        served.Feed([.. pings.Skip(pings.Length / 2)]);

        foreach (var entity in random.GetItems(pings, 100).Select(ping => ping.Entity))
        {
            var ask = new Ask(0, entity, pings.Length);
            Assert.Equal(PingView.Model(pings, ask, windows), PingView.TextOf(served.Read(ask, pings.Length)));
        }
    }

    [Fact]
    public void Answers_stay_the_same_over_a_restart_with_any_number_of_workers()
        => Gen.Select(Ping.Disordered(60), Gen.Int[1, 3], Gen.Int[1, 3], Gen.Int[0, 200]).Sample(
            (pings, before, after, at) =>
            {
                Sawtooth[] windows = [Sawtooth.Of(Ms(50), hop: Ms(10)), Sawtooth.Of(Ms(400), hop: Ms(20))];
                using var served = new DrivenFeatures<Ask>(stream => PingView.Service(stream, windows), latenessMs: 60, before);
                served.Feed([.. pings.Take(at)]);
                served.Restart(after);
                served.Feed([.. pings.Skip(at)]);
                var end = pings.Select(ping => ping.TimeMs).Append(0).Max() + 5;

                foreach (var entity in Enumerable.Range(0, 5).Select(i => $"e{i}"))
                {
                    var ask = new Ask(0, entity, end);
                    Assert.Equal(PingView.Model(pings, ask, windows), PingView.TextOf(served.Read(ask, end)));
                }
            },
            iter: 30);

    [Fact]
    public async Task Readers_on_other_threads_never_see_an_event_in_part()
    {
        const int Pings = 50_000;
        using var log = LogStore.Open("memory", new LogOptions { Durability = Durability.Memory });
        log.Append("pings", Enumerable.Range(0, Pings).Select(i => new Ping($"e{i % 7}", i / 10, 1)));
        var pipeline = new Pipeline("served");
        var pings = pipeline.From(Topic.Of<Ping>("pings")).WithEventTime(ping => ping.TimeMs, Ms(5)).KeyBy(ping => ping.Entity);
        var first = pings.FeatureView("first", v => v.Aggregate("count", a => a.Count(), [TimeSpan.FromHours(1)], defaultValue: 0));
        var second = pings.FeatureView(
            "second", v => v.Aggregate("sum", a => a.Sum(p => p.Value), [TimeSpan.FromHours(1)], defaultValue: 0));
        var service = FeatureService.Of<string>("both", s =>
        {
            s.From(first, entity => entity);
            s.From(second, entity => entity);
        }).Serve();
        await using var job = await pipeline.StartAsync(new JobOptions { Log = log, Workers = 1 }, TestContext.Current.CancellationToken);
        var reader = job.Read(service);

        await Task.WhenAll(Enumerable.Range(0, 2).Select(thread => Task.Run(() =>
        {
            for (long count = 0; count < Pings / 7;)
            {
                var features = reader.Read("e3", DateTimeOffset.FromUnixTimeMilliseconds(30_000));
                Assert.Equal(features[0].As<long>(), features[1].As<long>());
                Assert.Equal(features.Cut.Positions[0], features.Cut.Positions[1]);
                Assert.InRange(features[0].As<long>(), count, long.MaxValue);
                count = features[0].As<long>();
            }
        })));

        await job.CancelAsync();
        Assert.Throws<OperationCanceledException>(() => reader.Read("e3"));
    }

    [Fact]
    public void What_a_users_function_throws_is_the_readers_or_the_records()
    {
        using var served = Of(
            v =>
            {
                v.Aggregate("sum", a => a.Sum(p => 10 / p.Value), [s_tenBy2]);
                v.Aggregate("count", a => a.Count(), [s_tenBy2], defaultValue: 0);
                v.Last("last", p => 10 / (p.Value - 5));
            },
            onError: ErrorPolicy.DeadLetter(maxDeadLetters: 10));
        served.Feed(new("z", 50, 1), new("a", 100, 2), new("a", 101, 0), new("b", 101, 0), new("a", 103, 0), new("a", 97, 0));

        Assert.Equal(["5 (Present)", "1 (Present)", "-3 (Present)"], Texts(served.Read("a", 104)));
        Assert.Equal(["- (Missing)", "0 (Default)", "- (Missing)"], Texts(served.Read("b", 102)));
        Assert.Equal(4, served.Job.Status.DeadLetters);

        served.Feed(new Ping("a", 103, 5));
        Assert.Throws<DivideByZeroException>(() => served.Read("a", 110));
        served.Feed(new Ping("a", 104, 2));
        Assert.Equal("-3 (Present)", served.Read("a", 110)["last"].ToString());
    }

    [Theory]
    [InlineData(100, 101)] // in one pane
    [InlineData(100, 103)] // in two
    [InlineData(118, 119)] // in none yet: kept one by one
    public void A_sum_that_overflows_has_a_status_and_the_rest_is_answered_also_after_a_restart(long first, long second)
    {
        using var served = Of(v =>
        {
            v.Aggregate("sum", a => a.Sum(p => p.Value > 0 ? long.MaxValue / 2 * p.Value : (long)p.Value), [s_tenBy2]);
            v.Aggregate("count", a => a.Count(), [s_tenBy2, Sawtooth.Of(Ms(100), hop: Ms(10))]);
            v.Aggregate(
                "all", a => a.Sum(p => p.Value > 0 ? long.MaxValue / 2 * p.Value : (long)p.Value), [Sawtooth.Of(Ms(100), hop: Ms(10))]);
            v.Aggregate("again", a => a.Sum(p => p.Value > 0 ? long.MaxValue / 2 * p.Value : (long)p.Value), [s_tenBy2], defaultValue: 0);
            v.Ratio("mean", "sum_10ms", "count_10ms");
            v.Last("last", p => p.Value);
        });
        served.Feed(new("a", first, 2), new("a", second, 2), new("b", second, 2), new("a", second, -1));

        for (var workers = 1; workers <= 2; workers++)
        {
            Assert.Equal(
                ["- (Overflow)", "3 (Partial)", "3 (Partial)", "- (Overflow)", "- (Overflow)", "- (Overflow)", "-1 (Present)"],
                Texts(served.Read("a", second + 1)).Select(text => text.Replace("Present", "Partial", StringComparison.Ordinal)).Take(6)
                    .Append(served.Read("a", second + 1)["last"].ToString()));
            Assert.Equal($"{long.MaxValue - 1}", served.Read("b", second + 1)[0].ToObject()!.ToString());
            served.Restart(workers + 1);
        }

        // Windows that begin behind it are right again; a longer one is not yet.
        served.Feed(new Ping("a", second + 30, 1));
        Assert.Equal(
            (long.MaxValue / 2, FeatureStatus.Overflow),
            (served.Read("a", second + 31)[0].As<long>(), served.Read("a", second + 31)["all_100ms"].Status));
        served.Feed(new Ping("a", second + 300, 1));
        Assert.Equal(long.MaxValue / 2, served.Read("a", second + 301)["all_100ms"].As<long>());
        Assert.Equal(0, served.Job.Status.DeadLetters);
    }

    [Fact]
    public void State_of_events_with_a_retyped_member_is_refused_with_member_and_what_to_do()
    {
        using var log = SimulatedJob.OpenLog();
        var before = PingOf(("Entity", typeof(string)), ("TimeMs", typeof(long)), ("Value", typeof(string)));
        Assert.Equal("7 ", Run(before, "7"));

        var error = Assert.Throws<PlanException>(
            () => Run(PingOf(("Entity", typeof(string)), ("TimeMs", typeof(long)), ("Value", typeof(int)))));

        Assert.Equal(
            """
            Pipeline 'served': its steps with state are not those of checkpoint 1, which it would carry on from:
            - Ping: member 'Value' was written as text, and is read as a whole number of 32 bits here
            Undo the change, or begin anew: give the pipeline a new name, or forget its checkpoints and state (Pipeline.ForgetAsync).
            """,
            error.Message);
        var mended = PingOf(("Entity", typeof(string)), ("TimeMs", typeof(long)), ("Value", typeof(string)), ("Number", typeof(int)));
        Assert.Equal("7 0", Run(mended));

        string Run(Type type, string? value = null)
            => (string)typeof(FeatureReaderTests)
                .GetMethod(nameof(LastPing), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type)
                .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [log, value], null)!;
    }

    [Fact]
    public void A_users_function_that_overflows_is_the_records_fault()
    {
        using var served = Of(v => v.Aggregate("sum", a => a.Sum(p => checked(p.Value * 2)), [s_tenBy2]));

        var error = Assert.Throws<OperatorException>(() => served.Feed(new Ping("a", 100, int.MaxValue)));

        Assert.IsType<OverflowException>(error.InnerException);
    }

    [Fact]
    public void An_error_stops_the_job_and_names_the_record()
    {
        using var served = Of(v => v.Aggregate("sum", a => a.Sum(p => 10 / p.Value), [s_tenBy2]));

        var error = Assert.Throws<OperatorException>(() => served.Feed(new Ping("a", 100, 0)));

        Assert.Equal(("view", "pings[0]", 0), (error.Step, error.Split, error.Position));
    }

    private static DrivenFeatures<string> Of(
        Action<FeatureViewBuilder<Ping>> features, long latenessMs = 0, ErrorPolicy? onError = null, int partitions = 1)
        => new(pings => FeatureService.Of<string>("service", s => s.From(pings.FeatureView("view", features), entity => entity)),
            latenessMs, 1, onError, partitions);

    private static IEnumerable<string> Texts(FeatureVector features) => features.Values.ToArray().Select(value => value.ToString());

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    /// <summary>An event type as it is at one time: types of one name, of several programs.</summary>
    private static Type PingOf(params (string Name, Type Type)[] fields)
    {
        var module = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Pings"), AssemblyBuilderAccess.Run)
            .DefineDynamicModule("Pings");
        var type = module.DefineType("Ping", TypeAttributes.Public);
        type.DefineDefaultConstructor(MethodAttributes.Public);
        foreach (var (name, of) in fields) type.DefineField(name, of, FieldAttributes.Public);
        return type.CreateType();
    }

    private static string LastPing<T>(LogStore log, string? value)
        where T : new()
    {
        if (value is not null)
        {
            var ping = new T();
            foreach (var (name, of) in (IEnumerable<(string, object)>)[("Entity", "a"), ("TimeMs", 100L), ("Value", value)])
                typeof(T).GetField(name)!.SetValue(ping, of);
            log.Append("pings", [ping]);
        }

        var pipeline = new Pipeline("served");
        var view = pipeline.From(Topic.Of<T>("pings")).WithEventTime(ping => (long)Get(ping, "TimeMs")!)
            .KeyBy(ping => $"{Get(ping, "Entity")}")
            .FeatureView("view", v => v.Last("last", ping => $"{Get(ping, "Value")} {Get(ping, "Number")}"));
        var service = FeatureService.Of<string>("service", s => s.From(view, entity => entity)).Serve();
        var job = SimulatedJob.Start(pipeline, log);
        job.RunUntilIdle();
        job.Checkpoint();
        var row = job.Ask(j => Task.FromResult(j.Read(service).Read("a", DateTimeOffset.FromUnixTimeMilliseconds(200))));
        job.Close();
        return row[0].As<string>();

        static object? Get(T ping, string member) => typeof(T).GetField(member)?.GetValue(ping);
    }
}
