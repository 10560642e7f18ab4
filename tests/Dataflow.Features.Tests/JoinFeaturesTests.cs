using CsCheck;
using Dataflow.Testing;
using Dataflow.Tests;

namespace Dataflow.Features.Tests;

/// <summary>Training sets against LINQ: for input no later than announced, a row has what a look at all pings before it gives.</summary>
public class JoinFeaturesTests
{
    private const long LatenessMs = 60;

    private const string Late =
        "The label came late: the watermark had passed its time. Have the source of the labels put in order of time with OrderBy(...), or "
            + "give their "
        + "WithEventTime a larger maxOutOfOrderness, and more time until they are idle.";

    /// <summary>Windows of different lengths whose hops go with each other.</summary>
    private static readonly Gen<Sawtooth[]> s_windows = Gen
        .Select(Gen.Long[1, 12], Gen.Long[1, 5], Gen.Long[0, 15], Gen.Long[1, 30], Gen.Long[0, 50])
        .Select((hop, steps, rest, coarser, more) => new[]
        {
            Sawtooth.Of(Ms((hop * steps) + rest), hop: Ms(hop)),
            Sawtooth.Of(Ms((hop * coarser * steps) + more + 100), hop: Ms(hop * coarser)),
        });

    [Fact]
    public void Rows_agree_with_LINQ_for_any_windows_and_order_of_arrival()
        => Gen.Select(Ping.Disordered(LatenessMs), Asks(), s_windows, Gen.Int[1, 3]).Sample(
            (pings, asks, windows, workers) => Check(pings, asks, windows, LatenessMs, workers), iter: 60);

    [Fact]
    public void Rows_agree_with_LINQ_for_windows_of_minutes_to_days()
    {
        Sawtooth[] windows = [TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(30)];
        const long Scale = 100_000;
        Gen.Select(Ping.Disordered(LatenessMs * Scale, maxStepMs: 40 * Scale), Asks(Scale), Gen.Int[1, 3]).Sample(
            (pings, asks, workers) => Check(pings, asks, windows, LatenessMs * Scale, workers), iter: 30);
    }

    [Fact]
    public void Rows_agree_with_LINQ_where_labels_and_events_lie_in_the_same_panes()
        => Gen.Select(
            Ping.Disordered(10, maxStepMs: 3), Gen.Select(Gen.Int[0, 199], Gen.Long[-5, 15]).Array[0, 200], s_windows, Gen.Int[1, 3])
            .Sample(
            (pings, near, windows, workers) =>
            {
                var asks = near.Where(_ => pings.Length > 0)
                    .Select((ask, i) => new Ask(
                        i, pings[ask.Item1 % pings.Length].Entity, pings[ask.Item1 % pings.Length].TimeMs + ask.Item2));
                Check(pings, [.. asks.OrderBy(ask => ask.TimeMs)], windows, 10, workers);
            },
            iter: 100);

    [Fact]
    public void Rows_agree_with_LINQ_for_labels_in_no_order()
        => Gen.Select(Ping.Disordered(LatenessMs), Asks().SelectMany(asks => Gen.Shuffle(asks)), s_windows, Gen.Int[1, 3]).Sample(
            (pings, asks, windows, workers) => Check(pings, asks, windows, LatenessMs, workers, areOrdered: false), iter: 60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_label_that_comes_late_is_a_dead_letter_and_none_with_what_it_advises(bool areEvents)
    {
        Ping[] pings = [.. Enumerable.Range(0, 1_000).Select(i => new Ping("a", i * 100, i))];
        Ping[] unsorted = [.. pings];
        new Random(5).Shuffle(unsorted);

        var (rows, letters) = Run(TimeSpan.Zero);
        Assert.Equal(pings.Length, rows + letters.Count);
        Assert.NotEmpty(letters);
        Assert.All(letters, letter => Assert.Equal(("service-1-view", Late), (letter.Step, letter.Reason)));
        Assert.All(letters, letter => Assert.InRange(letter.Position, 0, pings.Length - 1));

        (rows, letters) = Run(TimeSpan.FromMinutes(5));
        Assert.Equal((pings.Length, 0), (rows, letters.Count));

        (rows, letters) = Run(TimeSpan.Zero, isOrdered: true);
        Assert.Equal((pings.Length, 0), (rows, letters.Count));

        (int Rows, List<DeadLetter> Letters) Run(TimeSpan lateness, bool isOrdered = false)
        {
            using var log = SimulatedJob.OpenLog();
            log.Append("unsorted", unsorted);
            log.Append("sorted", pings);
            var pipeline = new Pipeline("training");
            var asked = Topic.Of<Ping>("unsorted").StopAtEnd();
            var labels = isOrdered ? pipeline.From(asked.OrderBy(ping => ping.TimeMs)) : pipeline.From(asked);
            var events = areEvents ? labels : pipeline.From(Topic.Of<Ping>("sorted").StopAtEnd());
            var view = events.WithEventTime(p => p.TimeMs).KeyBy(p => p.Entity).FeatureView("view", v => v.Last("last", p => p.Value));
            labels.WithEventTime(p => p.TimeMs, lateness, name: "asked")
                .JoinFeatures(FeatureService.Of<Ping>("service", s => s.From(view, p => p.Entity)), (p, _) => p.Value)
                .To(Topic.Of<int>("rows"));
            var job = SimulatedJob.Start(pipeline, log);
            job.Run();
            var letters = Topic.Of<DeadLetter>("training.dead-letters").ReadAll(log).ToList();
            return (Topic.Of<int>("rows").ReadAll(log).Count(), letters);
        }
    }

    [Fact]
    public void Functions_and_keys_that_come_before_any_view_see_that_nothing_is_known()
    {
        var pipeline = new Pipeline("training");
        var rows = Sink.Memory<string>();
        var pings = pipeline.From(Source.Of([new Ping("e1", 10, 7)], "pings")).WithEventTime(p => p.TimeMs, Ms(5)).KeyBy(p => p.Entity);
        var view = pings.FeatureView("view", v => v.Last("last", p => p.Value));
        var first = FeatureService.Of<Ask>("first", s =>
        {
            s.OnDemand("known", (_, features) => features["known"].HasValue || features["last"].HasValue);
            s.From(view, (ask, features) => features["known"].As<bool>() ? "e2" : ask.Entity);
        });
        var second = FeatureService.Of<Ask>("second", s => s.From(view, (ask, features) => features["last"].HasValue ? "e2" : ask.Entity));
        var asks = pipeline.From(Source.Of([new Ask(1, "e1", 20)], "asks")).WithEventTime(ask => ask.TimeMs, name: "asked");
        asks.JoinFeatures(first, (_, features) => string.Join(' ', features.Values.ToArray()))
            .Union(asks.JoinFeatures(second, (_, features) => string.Join(' ', features.Values.ToArray()))).To(rows);

        Assert.Equal(["7 (Present)", "False (Present) 7 (Present)"], Harness.Run(pipeline, rows).Order(StringComparer.Ordinal));
    }

    private static Gen<Ask[]> Asks(long scale = 1)
        => Gen.Select(Gen.Int[0, 4], Gen.Long[-5_000, 10_000]).Array[0, 50]
            .Select(asks => asks.Select((ask, i) => new Ask(i, $"e{ask.Item1}", ask.Item2 * scale)).OrderBy(ask => ask.TimeMs).ToArray());

    private static void Check(Ping[] pings, Ask[] asks, Sawtooth[] windows, long latenessMs, int workers, bool areOrdered = true)
    {
        var pipeline = new Pipeline("training");
        var rows = Sink.Memory<string>();
        var keyed = pipeline.From(Source.Of(pings, "pings")).WithEventTime(p => p.TimeMs, Ms(latenessMs)).KeyBy(p => p.Entity);
        var labels = Source.Of(asks, "asks");
        pipeline.From(areOrdered ? labels : labels.OrderBy(ask => ask.TimeMs)).WithEventTime(ask => ask.TimeMs, name: "asked")
            .JoinFeatures(PingView.Service(keyed, windows), (ask, features) => $"{ask.Number}: {PingView.TextOf(features)}")
            .To(rows);

        var actual = Harness.Run(pipeline, rows, workers);

        var expected = asks.Select(ask => $"{ask.Number}: {PingView.Model(pings, ask, windows)}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
    }

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
