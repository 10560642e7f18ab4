using Dataflow.Testing;

namespace Dataflow.Features.Tests;

/// <summary>What a definition shows, and what is refused on the user's own line or in the plan.</summary>
public class FeatureDefinitionTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);

    [Fact]
    public void A_view_lists_its_features_with_types_and_windows()
    {
        var view = View(v =>
        {
            v.Aggregate(
                "count", a => a.Count(), [TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(90), TimeSpan.FromDays(30)], defaultValue: 0);
            v.Last("last", p => p.Entity, "what came last");
            v.Ratio("share", "count_30s", "count_90m");
        });

        Assert.Equal(["count_30s", "count_90m", "count_30d", "last", "share"], view.Features.Select(feature => feature.Name));
        Assert.Equal(
            [typeof(long), typeof(long), typeof(long), typeof(string), typeof(double)], view.Features.Select(feature => feature.Type));
        Assert.Equal(
            [TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), TimeSpan.FromDays(1)],
            view.Features.Take(3).Select(feature => feature.Window!.Value.Hop));
        Assert.Equal(
            ("last", "what came last", "count_30s / count_90m"),
            (view.Features[3].Definition, view.Features[3].Description, view.Features[4].Definition));
    }

    [Fact]
    public void Windows_may_be_a_list_of_lengths_that_was_made_elsewhere()
    {
        TimeSpan[] windows = [s_hour, TimeSpan.FromDays(1)];

        var view = View(v =>
        {
            v.Aggregate("count", a => a.Count(), windows, defaultValue: 0);
            v.Aggregate("sum", a => a.Sum(p => p.Value), windows.ToList());
        });

        Assert.Equal(["count_1h", "count_1d", "sum_1h", "sum_1d"], view.Features.Select(feature => feature.Name));
    }

    [Fact]
    public void The_plan_shows_what_is_served_and_joined()
    {
        var pipeline = new Pipeline("features");
        var pings = Pings(pipeline);
        var service = PingView.Service(pings, s_hour).Serve();
        pipeline.From(Source.Of<Ask>([], "asks")).WithEventTime(ask => ask.TimeMs, name: "asked")
            .JoinFeatures(service, (ask, _) => ask.Number).To(Sink.Memory<int>());

        var plan = pipeline.Explain().ToString();

        Assert.Contains("pings (12 features, panes of 00:00:05, 00:05:00)", plan, StringComparison.Ordinal);
        Assert.Contains("ping-features-1-pings (12 features of pings, as of the label's time)", plan, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00:00:05", 5)]
    [InlineData("00:00:05, 00:05:00", 300)]
    [InlineData("00:00:01, 00:01:00, 01:00:00, 1.00:00:00", 86_400)]
    [InlineData("00:00:01, 00:01:00, 01:00:00, 1.00:00:00", 1, 86_400)]
    [InlineData("00:00:01, 00:00:07, 00:07:00", 7, 420)]
    [InlineData("00:00:05, 00:05:00, 01:00:00, 1.00:00:00", 5, 300, 3_600, 86_400)]
    public void Levels_lie_between_hops_that_are_far_apart(string levels, params int[] hops)
        => Assert.Equal(
            levels, new Panes.PaneLevels([.. hops.Select(hop => Sawtooth.Of(TimeSpan.FromSeconds(hop), TimeSpan.FromSeconds(hop)))])
            .ToString());

    [Fact]
    public void What_cannot_be_a_feature_is_refused_where_it_is_written()
    {
        Throws("Feature 'when': its type is System.DateTime. Make it a bool, int, long, float, double, string, or a list of numbers or "
            + "strings.", v => v.Last("when", p => default(DateTime)));
        const string Allowed = "Make it a bool, int, long, float, double, string, or a list of numbers or strings.";
        Throws($"Feature 'price': its type is System.Decimal. {Allowed}", v => v.Last("price", p => (decimal)p.Value, 0m));
        Throws($"Feature 'price': its type is System.Decimal?. {Allowed}", v => v.Last("price", p => (decimal?)p.Value, (decimal?)null));
        Throws($"Feature 'sum': its type is System.Decimal. {Allowed}",
            v => v.Aggregate("sum", a => a.Sum(p => (decimal)p.Value), [s_hour], 0m));
        Throws("Feature 'count' has no window. Give it at least one, such as TimeSpan.FromHours(1).",
            v => v.Aggregate("count", a => a.Count(), []));
        Throws("The view has two features 'x'. Give one of them another name.", v =>
        {
            v.Last("x", p => p.Value);
            v.Last("x", p => p.Value);
        });
        Throws("Ratio 'r' is of 'b', which is no feature added before. There are a.", v =>
        {
            v.Last("a", p => p.Value);
            v.Ratio("r", "a", "b");
        });
        Throws("Ratio 'r' is of 'a', which is no number but a String.", v =>
        {
            v.Last("a", p => p.Entity);
            v.Ratio("r", "a", "a");
        });
        Throws("A feature view has no features. Add some with Aggregate, Last or Ratio.", v => { });
        Throws("A hop of 00:05:00 is no multiple of 00:02:00. Give the windows hops of which each is a multiple of the next shorter one.", v
            => v.Aggregate("count", a => a.Count(), [s_hour, Sawtooth.Of(s_hour * 2, hop: TimeSpan.FromMinutes(2))]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sawtooth.Of(TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sawtooth.Of(s_hour, hop: s_hour * 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sawtooth.Of(TimeSpan.FromDays(30), hop: TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_service_refuses_what_it_could_not_answer()
    {
        var view = View(v => v.Last("last", p => p.Value));

        Assert.Contains(
            "View 'view' has no feature 'first'. It has last.",
            Assert.Throws<ArgumentException>(() => Of(s => s.From(view, ask => ask.Entity, ["first"]))).Message, StringComparison.Ordinal);
        Assert.Contains("two features 'last'", Assert.Throws<ArgumentException>(() => Of(s =>
        {
            s.From(view, ask => ask.Entity);
            s.From(view, ask => ask.Entity);
        })).Message, StringComparison.Ordinal);
        Assert.Contains(
            "reads no view", Assert.Throws<ArgumentException>(() => Of(s => s.OnDemand("one", (_, _) => 1))).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Of(s =>
        {
            s.From(view, ask => ask.Entity);
            s.OnDemand("one", (_, _) => 1);
            s.From(view, ask => ask.Entity, prefix: "again_");
        }));

        static FeatureService<Ask> Of(Action<FeatureServiceBuilder<Ask>> features) => FeatureService.Of("service", features);
    }

    [Fact]
    public void A_service_that_is_not_served_cannot_be_read()
    {
        var pipeline = new Pipeline("features");
        var pings = Pings(pipeline);
        pings.Values().To(Sink.Memory<Ping>());
        var service = PingView.Service(pings, s_hour);
        using var log = SimulatedJob.OpenLog();
        var job = SimulatedJob.Start(pipeline, log);

        var error = Assert.Throws<InvalidOperationException>(() => job.Ask(j => Task.FromResult(j.Read(service))));

        Assert.Equal(
            "View 'pings' of service 'ping-features' is not served. Call Serve() on the service before the job starts.", error.Message);
        service.Serve();
        Assert.Throws<InvalidOperationException>(() => job.Ask(j => Task.FromResult(j.Read(service))));
        job.Close();
    }

    [Fact]
    public void A_plan_without_event_time_or_with_endless_labels_is_refused()
    {
        var pipeline = new Pipeline("features");
        var pings = pipeline.From(Source.Of<Ping>([], "pings")).KeyBy(ping => ping.Entity);
        PingView.Service(pings, s_hour).Serve();
        Assert.Contains(
            "Feature view 'pings' needs event time. Add WithEventTime(...) before KeyBy.",
            Assert.Throws<PlanException>(() => pipeline.Explain()).Message, StringComparison.Ordinal);

        var other = new Pipeline("features");
        other.From(Source.Of<Ask>([], "asks")).JoinFeatures(PingView.Service(Pings(other), s_hour), (ask, _) => ask.Number)
            .To(Sink.Memory<int>());
        Assert.Contains(
            "needs event time of labels and events", Assert.Throws<PlanException>(() => other.Explain()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_are_given_as_their_type_and_numbers_as_double_too()
    {
        var value = FeatureValue.Of(3).With(FeatureStatus.Present, 5);

        Assert.Equal((3, 3.0), (value.As<int>(), value.As<double>()));
        Assert.Equal(
            "The feature's value is of type Int32, not Int64.", Assert.Throws<InvalidOperationException>(() => value.As<long>()).Message);
        Assert.Equal(
            "The feature has no value; its status is Missing. Look at HasValue, or give the feature a default value.",
            Assert.Throws<InvalidOperationException>(() => default(FeatureValue).As<double>()).Message);
        Assert.Equal(FeatureValue.Of<IReadOnlyList<long>>([1, 2]), FeatureValue.Of(new long[] { 1, 2 }));
        Assert.NotEqual(FeatureValue.Of(0.0), FeatureValue.Of(-0.0));
    }

    [Fact]
    public void Events_of_a_key_from_two_splits_cannot_be_joined_as_known()
    {
        var pipeline = new Pipeline("training");
        var both = pipeline.From(Source.Of([new Ping("a", 1, 1)], "one")).Union(pipeline.From(Source.Of([new Ping("a", 2, 1)], "two")));
        var pings = both.WithEventTime(p => p.TimeMs).KeyBy(p => p.Entity);
        var ask = new Ask(0, "a", 5) { Known = 7 };
        pipeline.JoinFeaturesAsKnown(
                Source.Of([ask], "asks"), PingView.Service(pings, s_hour), a => a, a => new FeatureCut([new(5, 5, 0, "", a.Known)]),
                (a, _) => a.Number)
            .To(Sink.Memory<int>());
        using var log = SimulatedJob.OpenLog();
        var job = SimulatedJob.Start(pipeline, log);

        Assert.Contains(
            "only where all events of a key come from one split", Assert.Throws<OperatorException>(job.Run).Message,
            StringComparison.Ordinal);
        job.Close();
    }

    private static void Throws(string message, Action<FeatureViewBuilder<Ping>> features)
        => Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => View(features)).Message, StringComparison.Ordinal);

    private static FeatureView<string> View(Action<FeatureViewBuilder<Ping>> features)
        => Pings(new Pipeline("features")).FeatureView("view", features);

    private static KeyedStream<string, Ping> Pings(Pipeline pipeline)
        => pipeline.From(Source.Of<Ping>([], "pings")).WithEventTime(ping => ping.TimeMs).KeyBy(ping => ping.Entity);
}
