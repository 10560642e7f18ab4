using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests;

namespace Dataflow.Features.Tests;

/// <summary>Entities that fall silent are as if they had never been seen, whether a look at the table has freed them or not.</summary>
public class ForgettingTests
{
    private const long LatenessMs = 60;

    private static readonly Sawtooth[] s_windows = [Sawtooth.Of(Ms(50), hop: Ms(10)), Sawtooth.Of(Ms(210), hop: Ms(20))];

    /// <summary>None, less than a half of the longest window, more than that.</summary>
    private static readonly Gen<TimeSpan?> s_timesToLive = Gen.Int[0, 2].Select(i => new TimeSpan?[] { null, Ms(40), Ms(200) }[i]);

    [Fact]
    public void Reads_agree_with_LINQ_and_training_rows_as_known_with_reads_bit_for_bit()
        => Gen.Select(Pings(LatenessMs * 10), s_timesToLive, Gen.Int[1, 3], Gen.Int[1, 3], Gen.Int[1, 30]).Sample(
            (pings, timeToLive, workers, others, step) =>
            {
                using var served = new DrivenFeatures<Ask>(stream => Service(stream, timeToLive), LatenessMs, workers);
                var answers = new List<(FeatureVector Features, FeatureCut Cut)>();
                for (var fed = 0; fed < pings.Length; fed += step)
                {
                    served.Feed([.. pings.Skip(fed).Take(step)]);
                    if (fed / step == 3) served.Restart(others);
                    for (var entity = 0; entity < 4; entity++) answers.Add(
                        Check(served, pings, Math.Min(fed + step, pings.Length), $"e{entity}", timeToLive));
                }

                Assert.Equal(
                    answers.Select((answer, i) => $"{i}: {TextOf(answer.Features)}"), AsKnown(served.Log, answers, timeToLive, others));
            },
            iter: 40);

    [Fact]
    public void An_entity_keeps_the_panes_that_reads_need_and_no_others()
    {
        Sawtooth[] windows = [Sawtooth.Of(Ms(50), hop: Ms(10)), Sawtooth.Of(Ms(400), hop: Ms(20)), Sawtooth.Of(Ms(3000), hop: Ms(500))];
        using var served = new DrivenFeatures<Ask>(stream => PingView.Service(stream, windows), LatenessMs);
        served.Feed([.. Enumerable.Range(0, 600).Select(i => new Ping("e0", 10 * i, i % 20))]);
        var bytes = CheckpointBytes();
        served.Feed([.. Enumerable.Range(600, 6000).Select(i => new Ping("e0", 10 * i, i % 20))]);

        Assert.InRange(CheckpointBytes(), bytes / 2, bytes * 2);

        long CheckpointBytes()
        {
            served.Job.Checkpoint();
            return served.Job.Status.Checkpoints.LastBytes;
        }
    }

    [Fact]
    public void Training_rows_as_of_a_time_agree_with_LINQ()
        => Gen.Select(Pings(LatenessMs), Gen.Select(Gen.Int[0, 4], Gen.Long[-500, 15_000]).Array[0, 100], s_timesToLive, Gen.Int[1, 3])
            .Sample(
            (pings, asked, timeToLive, workers) =>
            {
                var asks = asked.Select((ask, i) => new Ask(i, $"e{ask.Item1}", ask.Item2)).OrderBy(ask => ask.TimeMs).ToList();
                var pipeline = new Pipeline("training");
                var rows = Sink.Memory<string>();
                var keyed = pipeline.From(Source.Of(pings, "pings")).WithEventTime(p => p.TimeMs, Ms(LatenessMs)).KeyBy(p => p.Entity);
                pipeline.From(Source.Of(asks, "asks")).WithEventTime(ask => ask.TimeMs, name: "asked")
                    .JoinFeatures(Service(keyed, timeToLive), (ask, features) => $"{ask.Number}: {TextOf(features)}").To(rows);

                Assert.Equal(
                    asks.Select(ask => $"{ask.Number}: {Model(pings, ask, timeToLive)}").Order(StringComparer.Ordinal),
                    Harness.Run(pipeline, rows, workers).Order(StringComparer.Ordinal));
            },
            iter: 60);

    [Fact]
    public void An_entity_is_expired_for_as_long_as_its_time_to_live_then_forgotten()
    {
        using var served = new DrivenFeatures<Ask>(stream => Service(stream, Ms(200)));
        served.Feed(new Ping("a", 1_000, 7));

        Assert.Equal("7 (Present)", served.Read(Of("a"), 1_199)["last"].ToString());
        Assert.Equal("- (Expired)", served.Read(Of("a"), 1_200)["last"].ToString());
        Assert.Equal("- (Expired)", served.Read(Of("a"), 1_399)["last"].ToString());
        Assert.Equal("- (Missing)", served.Read(Of("a"), 1_400)["last"].ToString());
        Assert.Equal(new FeaturePosition(1_400, 1_000, 1_000, "", -1), served.Read(Of("a"), 1_400).Cut.Positions[0]);

        served.Feed(new Ping("b", 2_000, 8));
        served.Feed(new("a", 1_000, 9), new("c", 1_600, 9), new("d", 1_601, 9));
        Assert.Equal(("- (Missing)", 2), (served.Read(Of("c"), 0)["last"].ToString(), View(served).Late));
        Assert.Equal((1, 2), (View(served).Expired, served.Job.Status.StateEntries));
    }

    [Fact]
    public void State_stays_bounded_when_no_key_comes_again()
    {
        const int Pings = 200_000;
        const int AtOnce = 10_000;
        const int Known = 400; // for so long each, and there is one a millisecond
        using var served = new DrivenFeatures<Ask>(stream => Service(stream, Ms(200)), workers: 2);
        var most = 0L;
        for (var fed = 0; fed < Pings; fed += AtOnce)
        {
            served.Feed([.. Enumerable.Range(fed, AtOnce).Select(i => new Ping($"e{i}", i, 1))]);
            if (fed == Pings / 2) served.Restart(workers: 1);
            most = Math.Max(most, served.Job.Status.StateEntries);
        }

        Assert.InRange(most, Known, AtOnce);
        Assert.InRange(View(served).Expired, (Pings / 2) - AtOnce, Pings / 2);
        Assert.Equal(1, served.Read(Of($"e{Pings - 1}"), Pings)["count_50ms"].As<long>());
    }

    [Fact]
    public void A_view_of_last_events_without_time_to_live_forgets_nothing()
    {
        using var served = new DrivenFeatures<string>(stream => FeatureService.Of<string>(
            "service", s => s.From(stream.FeatureView("view", v => v.Last("last", p => p.Value)), entity => entity)));
        served.Feed(new("a", 100, 1), new("b", new DateTimeOffset(9000, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), 2));

        Assert.Equal("1 (Present)", served.Read("a", 0)[0].ToString());
    }

    /// <summary>Checks an answer; returns it with its cut or one that says the same: the last offset before the entity's next
    /// ping.</summary>
    private static (FeatureVector Features, FeatureCut Cut) Check(
        DrivenFeatures<Ask> served, Ping[] pings, int fed, string entity, TimeSpan? timeToLive)
    {
        var features = served.Read(Of(entity), pings[fed - 1].TimeMs + (fed % 3 * 100));
        var position = features.Cut.Positions[0];
        Assert.Equal(Model(pings[..fed], new Ask(0, entity, position.AtMs), timeToLive), TextOf(features));
        Assert.Equal(
            pings.Take(fed).Any(ping => ping.Entity == entity && position.AtMs - ping.TimeMs < KnownFor(timeToLive)), position.Offset >= 0);
        var next = Array.FindIndex(pings, fed, ping => ping.Entity == entity);
        return (features, fed % 2 == 0 ? features.Cut : new([position with { Offset = next < 0 ? long.MaxValue : next - 1 }]));
    }

    private static IEnumerable<string> AsKnown(
        LogStore log, List<(FeatureVector Features, FeatureCut Cut)> answers, TimeSpan? timeToLive, int workers)
    {
        var pipeline = new Pipeline("training");
        var rows = Sink.Memory<(int Number, string Text)>();
        var pings = pipeline.From(Topic.Of<Ping>("pings").StopAtEnd()).WithEventTime(p => p.TimeMs, Ms(LatenessMs)).KeyBy(p => p.Entity);
        pipeline.JoinFeaturesAsKnown(
                Source.Of(answers.Select((answer, i) => (Number: i, Entity: $"e{i % 4}", answer.Cut)), "answers"),
                Service(pings, timeToLive),
                answer => Of(answer.Entity),
                answer => answer.Cut,
                (answer, features) => (answer.Number, TextOf(features)))
            .To(rows);
        SimulatedJob.Start(pipeline, log, workers).Run();
        return rows.Committed.OrderBy(row => row.Number).Select(row => $"{row.Number}: {row.Text}");
    }

    private static FeatureService<Ask> Service(KeyedStream<string, Ping> pings, TimeSpan? timeToLive)
    {
        var view = pings.FeatureView("view", v =>
        {
            v.TimeToLive = timeToLive;
            v.Aggregate("count", a => a.Count(), s_windows, defaultValue: 0);
            v.Aggregate("distinct", a => a.CountDistinct(ping => ping.Value), s_windows);
            if (timeToLive is not null) v.Last("last", ping => ping.Value);
        });
        return FeatureService.Of<Ask>("service", s => s.From(view, ask => ask.Entity));
    }

    private static string Model(IReadOnlyList<Ping> pings, Ask ask, TimeSpan? timeToLive)
    {
        // stable
        var seen = pings.Where(ping => ping.Entity == ask.Entity && ping.TimeMs < ask.TimeMs).OrderBy(ping => ping.TimeMs).ToList();
        var age = seen.Count == 0 ? long.MaxValue : ask.TimeMs - seen[^1].TimeMs;
        if (age >= KnownFor(timeToLive)) seen.Clear();
        var isExpired = seen.Count > 0 && age >= timeToLive?.TotalMilliseconds;
        var time = seen.Count == 0 ? "-" : $"{seen[^1].TimeMs}";
        var counts = Each(values => $"{values.Count()}", "0", FeatureStatus.Default);
        var distinct = Each(values => $"{values.Distinct().Count()}", "-", FeatureStatus.Missing);
        if (timeToLive is null) return string.Join(' ', [.. counts, .. distinct]);
        return string.Join(
            ' ', [.. counts, .. distinct, Text(isExpired || seen.Count == 0 ? null : $"{seen[^1].Value}", "-", FeatureStatus.Missing)]);

        IEnumerable<string> Each(Func<IEnumerable<int>, string> of, string otherwise, FeatureStatus unless)
            => s_windows.Select(window =>
            {
                var values = seen.Where(ping => ping.TimeMs >= Floor(ask.TimeMs - window.LengthMs, window.HopMs)).Select(ping => ping.Value)
                    .ToList();
                return Text(isExpired || values.Count == 0 ? null : of(values), otherwise, unless);
            });

        string Text(string? value, string otherwise, FeatureStatus unless)
            => value is null
                ? $"{otherwise}:{(isExpired ? FeatureStatus.Expired : unless)}@{time}" : $"{value}:{FeatureStatus.Present}@{time}";
    }

    /// <summary>The answer as the model gives it; whether the history was long enough is left out.</summary>
    private static string TextOf(FeatureVector features)
        => string.Join(' ', features.Values.ToArray().Select(value =>
        {
            var status = value.Status == FeatureStatus.Partial ? FeatureStatus.Present : value.Status;
            return $"{value.ToObject() ?? "-"}:{status}@{value.EventTime?.ToUnixTimeMilliseconds().ToString() ?? "-"}";
        }));

    private static long KnownFor(TimeSpan? timeToLive) => Math.Max(230, 2 * (long)(timeToLive ?? default).TotalMilliseconds);

    /// <summary>Pings of entities that fall silent, and of which some come back.</summary>
    private static Gen<Ping[]> Pings(long latenessMs) => Gen
        .Select(Gen.Int[0, 3], Gen.Frequency((8, Gen.Long[0, 30]), (1, Gen.Long[100, 900])), Gen.Long[0, latenessMs], Gen.Int[0, 9])
        .Array[1, 150]
        .Select(rows =>
        {
            var now = 0L;
            return rows.Select(row => new Ping($"e{row.Item1}", (now += row.Item2) - row.Item3, row.Item4)).ToArray();
        });

    private static StepStatus View(DrivenFeatures<Ask> served) => served.Job.Status.Steps.Single(step => step.Name == "view");

    private static Ask Of(string entity) => new(0, entity, 0);

    private static long Floor(long time, long hop) => (long)Math.Floor((decimal)time / hop) * hop;

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
