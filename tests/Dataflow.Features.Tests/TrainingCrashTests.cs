using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests;

namespace Dataflow.Features.Tests;

/// <summary>Training sets of several views under crashes: rows are what they are without.</summary>
public class TrainingCrashTests
{
    private const int Asks = 80;

    private static readonly Sawtooth[] s_windows = [TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2)];

    [Fact]
    public void Rows_as_of_a_time_stay_the_same()
        => new Simulation(Fill, () => AsOf(asks => asks), Rows).Run(seeds: 12);

    [Fact]
    public void Rows_of_labels_in_no_order_stay_the_same()
        => new Simulation(FillUnsorted, () => AsOf(asks => asks.OrderBy(ask => ask.TimeMs)), Rows).Run(seeds: 12);

    [Fact]
    public void Rows_as_known_stay_the_same()
        => new Simulation(Fill, AsKnown, Rows).Run(seeds: 12);

    private static void Fill(LogStore log) => Fill(log, areSorted: true);

    private static void FillUnsorted(LogStore log) => Fill(log, areSorted: false);

    private static void Fill(LogStore log, bool areSorted)
    {
        var random = new Random(3);
        var now = 0L;
        var pings = Enumerable.Range(0, 500)
            .Select(_ => new Ping($"e{random.Next(4)}", (now += random.Next(30)) - random.Next(60), random.Next(4))).ToList();
        foreach (var partition in pings.GroupBy(ping => ping.Entity[1] % 2)) log.Append("pings", partition, partition.Key, partitions: 2);
        var asks = Enumerable.Range(0, Asks)
            .Select(i => new Ask(i, $"e{random.Next(5)}", random.NextInt64(now)) { Known = random.Next(250) }).ToList();
        if (areSorted) log.Append("asks", asks.OrderBy(ask => ask.TimeMs));
        else foreach (var (partition, some) in asks.Chunk(Asks / 2).Index()) log.Append("asks", some, partition, partitions: 2);
    }

    private static IReadOnlyList<string> Rows(LogStore log)
    {
        var rows = log.Sorted<string>("rows");
        Assert.Equal(Asks, rows.Count);
        return rows;
    }

    private static Pipeline AsOf(Func<Source<Ask>, Source<Ask>> labels)
    {
        var pipeline = new Pipeline("training");
        var view = PingView.View(Pings(pipeline), s_windows);
        var service = FeatureService.Of<Ask>("service", s =>
        {
            s.From(view, ask => ask.Entity);
            s.OnDemand("next", (_, features) => features["last"] is { HasValue: true } last ? $"e{last.As<int>()}" : "e0");
            s.From(view, (_, features) => features["next"].As<string>(), ["sum_2s", "text", "histogram_50ms"], prefix: "next_");
        });
        pipeline.From(labels(new TopicSource<Ask>(Topic.Of<Ask>("asks").StopAtEnd()))).WithEventTime(ask => ask.TimeMs, name: "asked")
            .JoinFeatures(service, (ask, features) => $"{ask.Number}: {PingView.TextOf(features)}")
            .To(Topic.Of<string>("rows"));
        return pipeline;
    }

    private static Pipeline AsKnown()
    {
        var pipeline = new Pipeline("training");
        var view = PingView.View(Pings(pipeline), s_windows);
        var service = FeatureService.Of<Ask>("service", s =>
        {
            s.From(view, ask => ask.Entity);
            s.From(view, ask => $"e{ask.Number % 4}", ["sum_2s", "text", "histogram_50ms"], prefix: "other_");
            s.OnDemand("both", (_, features) => features["text"].As<string>() + features["other_text"].As<string>());
        });
        pipeline.JoinFeaturesAsKnown(
                Topic.Of<Ask>("asks"),
                service,
                ask => ask,
                ask => new FeatureCut(
                    [new(ask.TimeMs, ask.TimeMs, 0, "", ask.Known), new(ask.TimeMs + 1, ask.TimeMs, 0, "", ask.Known / 2)]),
                (ask, features) => $"{ask.Number}: {PingView.TextOf(features)}")
            .To(Topic.Of<string>("rows"));
        return pipeline;
    }

    private static KeyedStream<string, Ping> Pings(Pipeline pipeline)
        => pipeline.From(Topic.Of<Ping>("pings").StopAtEnd()).WithEventTime(ping => ping.TimeMs, TimeSpan.FromMilliseconds(60))
            .KeyBy(ping => ping.Entity);
}
