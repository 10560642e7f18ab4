using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Features.Tests;

/// <summary>The stream of a view's features: what a store would hold that takes the last of each entity.</summary>
public class UpdatesTests
{
    private static readonly Sawtooth[] s_windows = [Sawtooth.Of(TimeSpan.FromMilliseconds(500), hop: TimeSpan.FromMilliseconds(10))];

    [Fact]
    public void The_last_of_each_entity_has_all_its_events_at_any_number_of_workers()
        => Gen.Select(Ping.Disordered(latenessMs: 60), Gen.Int[1, 3]).Sample((pings, workers) =>
        {
            var pipeline = new Pipeline("updates");
            var rows = Sink.Memory<(string Entity, long Last, string Text)>();
            View(pipeline, pings).Updates().Pairs.Select(update => (
                update.Key, update.Value.Cut.Positions[0].Offset, $"{update.Value["last"].ToObject()} {update.Value["text"].ToObject()}"))
                    .To(rows);

            var actual = Harness.Run(pipeline, rows, workers);

            foreach (var entity in pings.Index().GroupBy(ping => ping.Item.Entity))
            {
                var latest = entity.OrderBy(ping => ping.Item.TimeMs).ThenBy(ping => ping.Index).Last().Item;
                var last = actual.Last(row => row.Entity == entity.Key);
                Assert.Equal((entity.Key, entity.Last().Index, $"{latest.Value} {latest.Value}"), (last.Entity, last.Last, last.Text));
            }

            Assert.Equal(pings.Select(ping => ping.Entity).Distinct().Order(), actual.Select(row => row.Entity).Distinct().Order());
        }, iter: 40);

    [Fact]
    public void A_batch_gives_one_for_each_of_its_entities()
    {
        var pipeline = new Pipeline("updates");
        var rows = Sink.Memory<string>();
        View(pipeline, [.. Enumerable.Range(0, 60).Select(i => new Ping($"e{i % 3}", i, i))]).Updates().Pairs.Select(update => update.Key)
            .To(rows);

        Assert.Equal(["e0", "e1", "e2"], Harness.Run(pipeline, rows).Order());
    }

    private static FeatureView<string> View(Pipeline pipeline, Ping[] pings) => PingView.View(
        pipeline.From(Source.Of(pings, "pings")).WithEventTime(ping => ping.TimeMs, TimeSpan.FromMilliseconds(60))
            .KeyBy(ping => ping.Entity), s_windows);
}
