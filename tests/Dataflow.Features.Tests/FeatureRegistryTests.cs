using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests;

namespace Dataflow.Features.Tests;

public sealed class FeatureRegistryTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_job_registers_the_views_that_it_serves()
    {
        Start(Define());
        Start(v =>
        {
            Define()(v);
            v.Version = 2;
            v.Ratio("share", "count_1h", "sum_1h");
        });

        var views = FeatureRegistry.Read(_log);

        Assert.Equal([1, 2], views.Select(view => view.Version));
        Assert.Equal(
            ("pings", "String", TimeSpan.FromDays(1), "me", "of pings"),
            (views[0].Name, views[0].Entity, views[0].TimeToLive!.Value, views[0].Owner, views[0].Description));
        Assert.Equal(["a", "b"], views[0].Tags);
        Assert.Equal(
            [
                new FeatureDefinition("count_1h", "Int64", "count", "01:00:00 by 00:05:00", "0", "how many"),
                new FeatureDefinition("sum_1h", "Int64", "sum", "01:00:00 by 00:05:00", null, ""),
                new FeatureDefinition("last", "Int32", "last", null, null, ""),
            ],
            views[0].Features);
    }

    [Fact]
    public void What_is_only_said_for_people_may_change()
    {
        Start(Define());
        Start(Define());
        Start(v =>
        {
            Define()(v);
            v.Owner = "you";
        });

        Assert.Equal("you", Assert.Single(FeatureRegistry.Read(_log)).Owner);
        Assert.Equal(2, Topic.Of<byte[]>(FeatureRegistry.TopicName).ReadAll(_log).Count());
    }

    [Fact]
    public void A_view_that_has_changed_under_its_version_is_refused_with_what_differs_and_what_to_do()
    {
        Start(Define());

        var error = Assert.Throws<PlanException>(() => Start(v =>
        {
            v.Aggregate("count", a => a.Count(), [Sawtooth.Of(TimeSpan.FromHours(1), hop: TimeSpan.FromMinutes(1))], defaultValue: 0);
            v.Last("last", p => (long)p.Value);
            v.Last("other", p => p.Value);
        }));

        Assert.Equal(
            "Pipeline 'served': version 1 of feature view 'pings' is registered with another definition: its time to live was 1.00:00:00 "
                + "and is none; "
                + "'count_1h' was count of type Int64 over 01:00:00 by 00:05:00, else 0 and is count of type Int64 over 01:00:00 by "
                + "00:01:00, else 0; "
                + "'last' was last of type Int32 and is last of type Int64; 'other' is new; 'sum_1h' is gone. "
                + "Undo the change, or give the view a greater Version and the pipeline a new name, so that it replays the events.",
            error.Message);
    }

    [Fact]
    public void A_greater_version_never_carries_on_with_the_panes_of_another()
    {
        _log.Append("pings", [new Ping("a", 1_000, 4), new Ping("a", 2_000, 7)]);
        Run("served", version: 1);
        _log.Append("pings", [new Ping("a", 3_000, 9)]);

        var error = Assert.Throws<PlanException>(() => Run("served", version: 2));

        Assert.Contains("version 1", error.Faults[0], StringComparison.Ordinal);
        Assert.Contains("version 2", error.Faults[1], StringComparison.Ordinal);
        Assert.EndsWith(
            "Undo the change, or begin anew: give the pipeline a new name, or forget its checkpoints and state (Pipeline.ForgetAsync).",
            error.Message, StringComparison.Ordinal);
        Assert.Equal(20, Run("served", version: 1));
        Assert.Equal(200, Run("served-2", version: 2));

        long Run(string name, int version)
        {
            var pipeline = new Pipeline(name);
            var pings = pipeline.From(Topic.Of<Ping>("pings")).WithEventTime(p => p.TimeMs).KeyBy(p => p.Entity);
            var service = FeatureService.Of<string>("service", s => s.From(
                pings.FeatureView("pings", v =>
                {
                    v.Version = version;
                    v.Aggregate("sum", a => a.Sum(p => p.Value * (version == 2 ? 10L : 1L)), [TimeSpan.FromHours(1)]);
                }),
                key => key)).Serve();
            var job = SimulatedJob.Start(pipeline, _log);
            job.RunUntilIdle();
            var sum =
                job.Ask(j => Task.FromResult(j.Read(service).Read("a", DateTimeOffset.FromUnixTimeMilliseconds(5_000))))[0].As<long>();
            job.Checkpoint();
            job.Close();
            return sum;
        }
    }

    [Fact]
    public void A_start_that_is_refused_registers_nothing()
    {
        Start(Define());
        var before = FeatureRegistry.Read(_log).Count;
        Action<FeatureViewBuilder<Ping>> wrong = v => v.Last("wrong", p => p.Value);

        Assert.Throws<PlanException>(() => Start("changed", pings => [pings.FeatureView("new", wrong), pings.FeatureView("pings", wrong)]));
        Assert.Throws<ConnectorException>(
            () => Start("no-sink", pings => [pings.FeatureView("new", wrong)], Sink.JsonLines<Ping>("/dev/null/rows")));
        Assert.Throws<PlanException>(() => Start("twice", pings => [pings.FeatureView("new", wrong), pings.FeatureView("new", Define())]));
        Start("stated", pings => [pings.FeatureView("other", wrong)], checkpoint: true);
        Assert.Throws<PlanException>(() => Start("stated", pings => [pings.FeatureView("new", wrong)]));

        Assert.Equal(before + 1, FeatureRegistry.Read(_log).Count);
        Start("mended", pings => [pings.FeatureView("new", v => v.Last("right", p => p.Value))]);
    }

    [Fact]
    public async Task Of_jobs_that_start_at_once_with_other_definitions_only_one_registers_its_own()
    {
        var starts = Enumerable.Range(0, 8).Select(
            number => Task.Run(() => Runtime.LogPreparation.RunAsync(PlanOf($"f{number}"), _log, default).AsTask()));

        var failures = 0;
        foreach (var start in starts.ToList())
        {
            try
            {
                await start;
            }
            catch (PlanException)
            {
                failures++;
            }
        }

        Assert.Equal(7, failures);
        Assert.Single(Topic.Of<byte[]>(FeatureRegistry.TopicName).ReadAll(_log));

        static Planning.Plan PlanOf(string feature)
        {
            var pipeline = new Pipeline("served");
            Serve(pipeline, pings => [pings.FeatureView("pings", v => v.Last(feature, p => p.Value))]);
            return Planning.Plan.Of(pipeline);
        }
    }

    [Fact]
    public void Definitions_are_compared_by_all_that_they_hold()
    {
        Action<FeatureViewBuilder<Ping>>[] definitions =
        [
            Numbers([1, 2]), Numbers([1, 3]), Numbers([1]), Numbers([]), Texts(["a", "b"]), Texts(["a, b"]), Texts(["a\", \"b"]),
            Texts([null!]), Texts(["null"]),
            Number(0.0), Number(-0.0), Number(double.NaN), Quantile(0.5, 0.01), Quantile(0.99, 0.01), Quantile(0.5, 0.0100001),
        ];

        foreach (var (i, first) in definitions.Index())
        {
            foreach (var (j, second) in definitions.Index())
            {
                using var log = SimulatedJob.OpenLog();
                Start(first, log);
                if (i == j) Start(second, log);
                else Assert.Throws<PlanException>(() => Start(second, log));
            }
        }

        static Action<FeatureViewBuilder<Ping>> Numbers(int[] defaults) => v => v.Last<IReadOnlyList<int>>("f", p => [p.Value], defaults);
        static Action<FeatureViewBuilder<Ping>> Texts(string[] defaults) => v => v.Last("f", p => new[] { p.Entity }, defaults);
        static Action<FeatureViewBuilder<Ping>> Number(double value) => v => v.Last("f", p => 1.0 * p.Value, value);
        static Action<FeatureViewBuilder<Ping>> Quantile(double share, double error)
            => v => v.Aggregate("f", a => a.Quantile(p => p.Value, share, error), [TimeSpan.FromHours(1)]);
    }

    [Fact]
    public void A_training_set_of_a_changed_view_is_refused_too()
    {
        Start(Define());
        var pipeline = new Pipeline("training");
        var pings = pipeline.From(Source.Of<Ping>([])).WithEventTime(p => p.TimeMs).KeyBy(p => p.Entity);
        var service = FeatureService.Of<Ask>(
            "asks", s => s.From(pings.FeatureView("pings", v => v.Last("last", p => p.Value)), ask => ask.Entity));
        pipeline.From(Source.Of<Ask>([], "asks")).WithEventTime(ask => ask.TimeMs, name: "asked")
            .JoinFeatures(service, (_, features) => features[0].ToString())
            .To(Sink.Memory<string>());

        Assert.Throws<PlanException>(() => SimulatedJob.Start(pipeline, _log));
    }

    private static Action<FeatureViewBuilder<Ping>> Define() => v =>
    {
        v.Owner = "me";
        v.Description = "of pings";
        v.Tags = ["a", "b"];
        v.TimeToLive = TimeSpan.FromDays(1);
        v.Aggregate("count", a => a.Count(), [TimeSpan.FromHours(1)], defaultValue: 0, "how many");
        v.Aggregate("sum", a => a.Sum(p => p.Value), [TimeSpan.FromHours(1)]);
        v.Last("last", p => p.Value);
    };

    private void Start(Action<FeatureViewBuilder<Ping>> features, LogStore? log = null)
    {
        var pipeline = new Pipeline("served");
        Serve(pipeline, pings => [pings.FeatureView("pings", features)]);
        SimulatedJob.Start(pipeline, log ?? _log).Close();
    }

    private void Start(
        string name, Func<KeyedStream<string, Ping>, FeatureView<string>[]> views, Sink<Ping>? sink = null, bool checkpoint = false)
    {
        var pipeline = new Pipeline(name);
        var pings = Serve(pipeline, views);
        if (sink is not null) pings.Values().To(sink);
        var job = SimulatedJob.Start(pipeline, _log);
        job.RunUntilIdle();
        if (checkpoint) job.Checkpoint();
        job.Close();
    }

    private static KeyedStream<string, Ping> Serve(Pipeline pipeline, Func<KeyedStream<string, Ping>, FeatureView<string>[]> views)
    {
        var pings = pipeline.From(Source.Of<Ping>([])).WithEventTime(p => p.TimeMs).KeyBy(p => p.Entity);
        FeatureService.Of<string>("service", s =>
        {
            foreach (var (number, view) in views(pings).Index()) s.From(view, key => key, prefix: $"{number}_");
        }).Serve();
        return pings;
    }
}
