using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests;

namespace Dataflow.Features.Tests;

/// <summary>Training sets as known at a cut, against LINQ: a row has what a look at the pings up to an offset gives, late ones and
/// all.</summary>
public class JoinFeaturesAsKnownTests
{
    private const long LatenessMs = 60;
    private const int Partitions = 3;

    private static readonly Sawtooth[] s_windows = [
        Sawtooth.Of(Ms(50), hop: Ms(10)), Sawtooth.Of(Ms(205), hop: Ms(20)), Sawtooth.Of(Ms(2_000), hop: Ms(200))];

    [Fact]
    public void Rows_agree_with_LINQ_however_late_pings_are()
        => Gen.Select(Ping.Disordered(LatenessMs * 20), Asks(), Gen.Int[1, 3]).Sample(
            (pings, asks, workers) =>
            {
                using var log = Filled(pings, asks);
                SimulatedJob.Start(Training(), log, workers).Run();
                Assert.Equal(Expected(pings, asks), log.Sorted<string>("rows"));
            },
            iter: 50);

    [Fact]
    public void Crashes_and_restarts_change_no_row()
    {
        var random = new Random(1);
        var now = 0L;
        Ping[] pings = [
            .. Enumerable.Range(0, 400)
            .Select(_ => new Ping($"e{random.Next(4)}", (now += random.Next(40)) - random.Next(500), random.Next(-20, 20)))];
        Ask[] asks = [
            .. Enumerable.Range(0, 60)
            .Select(i => new Ask(i, $"e{random.Next(5)}", random.Next(-500, 10_000)) { Known = random.Next(-1, 120) })];

        new Simulation(
            log => Fill(log, pings, asks),
            Training,
            log => log.Sorted<string>("rows")).Run(seeds: 12);
    }

    private static Gen<Ask[]> Asks()
        => Gen.Select(Gen.Int[0, 4], Gen.Long[-5_000, 10_000], Gen.Int[-1, 120]).Array[0, 60]
            .Select(asks => asks.Select((ask, i) => new Ask(i, $"e{ask.Item1}", ask.Item2) { Known = ask.Item3 }).ToArray());

    /// <summary>A partition for each entity but one, so that offsets are numbers within an entity's partition.</summary>
    private static int PartitionOf(string entity) => (entity[1] - '0') % Partitions;

    private static LogStore Filled(Ping[] pings, Ask[] asks)
    {
        var log = SimulatedJob.OpenLog();
        Fill(log, pings, asks);
        return log;
    }

    private static void Fill(LogStore log, Ping[] pings, Ask[] asks)
    {
        for (var partition = 0; partition < Partitions; partition++)
            log.Append("pings", pings.Where(ping => PartitionOf(ping.Entity) == partition), partition, Partitions);
        log.Append("asks", asks);
    }

    private static IEnumerable<string> Expected(Ping[] pings, Ask[] asks)
        => asks.Select(ask => (Ask: ask, Known: pings.Where(ping => PartitionOf(ping.Entity) == PartitionOf(ask.Entity))))
            .Select(asked => $"{asked.Ask.Number}: {PingView.Model([.. asked.Known], asked.Ask, s_windows)}")
            .Order(StringComparer.Ordinal);

    private static Pipeline Training()
    {
        var pipeline = new Pipeline("training");
        var pings = pipeline.From(Topic.Of<Ping>("pings").StopAtEnd()).WithEventTime(p => p.TimeMs, Ms(LatenessMs)).KeyBy(p => p.Entity);
        pipeline.JoinFeaturesAsKnown(
                Topic.Of<Ask>("asks"),
                PingView.Service(pings, s_windows),
                ask => ask,
                ask => new FeatureCut([new(ask.TimeMs, ask.TimeMs, long.MinValue, "", ask.Known)]),
                (ask, features) => $"{ask.Number}: {PingView.TextOf(features)}")
            .To(Topic.Of<string>("rows"));
        return pipeline;
    }

    private static TimeSpan Ms(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
