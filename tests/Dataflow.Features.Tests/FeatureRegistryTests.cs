using Dataflow.Log;
using Dataflow.Testing;

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
        Assert.Equal(("pings", "String", TimeSpan.FromDays(1), "me", "of pings"), (views[0].Name, views[0].Entity, views[0].TimeToLive!.Value, views[0].Owner, views[0].Description));
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
            "Pipeline 'served': version 1 of feature view 'pings' is registered with another definition: its time to live was 1.00:00:00 and is none; "
                + "'count_1h' was count of type Int64 over 01:00:00 by 00:05:00, else 0 and is count of type Int64 over 01:00:00 by 00:01:00, else 0; "
                + "'last' was last of type Int32 and is last of type Int64; 'other' is new; 'sum_1h' is gone. "
                + "Undo the change, or give the view a greater Version and the pipeline a new name, so that it replays the events.",
            error.Message);
    }

    [Fact]
    public void A_training_set_of_a_changed_view_is_refused_too()
    {
        Start(Define());
        var pipeline = new Pipeline("training");
        var pings = pipeline.From(Source.Of<Ping>([])).WithEventTime(p => p.TimeMs).KeyBy(p => p.Entity);
        var service = FeatureService.Of<Ask>("asks", s => s.From(pings.FeatureView("pings", v => v.Last("last", p => p.Value)), ask => ask.Entity));
        pipeline.From(Source.Of<Ask>([], "asks")).WithEventTime(ask => ask.TimeMs, name: "asked").JoinFeatures(service, (_, features) => features[0].ToString())
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

    private void Start(Action<FeatureViewBuilder<Ping>> features)
    {
        var pipeline = new Pipeline("served");
        var pings = pipeline.From(Source.Of<Ping>([])).WithEventTime(p => p.TimeMs).KeyBy(p => p.Entity);
        FeatureService.Of<string>("service", s => s.From(pings.FeatureView("pings", features), key => key)).Serve();
        SimulatedJob.Start(pipeline, _log).Close();
    }
}
