using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests;
using static Dataflow.Tests.Shared.SharedJobs;

namespace Dataflow.Features.Tests;

/// <summary>Training sets that several processes make: their rows, status of the values included, are those of one process.</summary>
public sealed class SharedTrainingTests : IDisposable
{
    private const ulong First = 0x0000_0000_003F_FFFF;
    private const ulong Second = 0x0000_0FFF_FFC0_0000;
    private const ulong Third = ~(First | Second);
    private const int Partitions = 16; // enough for splits in each process
    private const int Rounds = 30;
    private const int Entities = 40;
    private const long RoundMs = 1_000;
    private const long QuietMs = 5_000; // after the very first ping

    private static readonly Sawtooth[] s_windows = [Sawtooth.Of(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1))];
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private int _written; // rounds

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Processes_that_come_go_and_die_make_the_rows_of_one()
    {
        Assert.Empty(Training(isBounded: false).Explain().ReasonsNotToShare);
        while (_written < Rounds - 10) Write(_log, _written++); // so much that the others' times come with the first commit
        var group = new SharedGroup(_log);
        var (first, second, third) = (group.Add(), group.Add(), group.Add());
        group.Give(First, Second, Third);
        await using var dying = await StartAsync(first);
        await using var other = await StartAsync(second);
        await using var last = await StartAsync(third);
        Job[] jobs = [dying, other, last];
        await UntilAsync(() => RowsOf(_log).Count > 0, jobs);
        foreach (var shares in new ulong[][] { [First, Third, Second], [Third, First | Second, 0], [First, Second, Third] })
        {
            Write(_log, _written++);
            group.Give(shares);
            await UntilAsync(() => group.IsSettled, jobs);
        }

        first.Die();
        await dying.CancelAsync();
        group.Give(First | Second, Third);
        while (_written < Rounds) Write(_log, _written++);
        await UntilAsync(() => group.IsSettled, [other, last]);
        group.Give(0, ulong.MaxValue);
        await UntilAsync(() => last.Status.Splits.Sum(static split => split.Position) == 2 * Rounds * Entities, [last]);
        await last.DrainAsync(TestContext.Current.CancellationToken).WaitAsync(s_longest, TestContext.Current.CancellationToken);

        var expected = InOneProcess();
        Assert.Contains(expected, static row => row.EndsWith("Partial", StringComparison.Ordinal));
        Assert.Contains(expected, static row => row.EndsWith("Present", StringComparison.Ordinal));
        Assert.Equal(expected, RowsOf(_log));
    }

    private static IReadOnlyList<string> InOneProcess()
    {
        using var log = SimulatedJob.OpenLog();
        for (var round = 0; round < Rounds; round++) Write(log, round);
        SimulatedJob.Start(Training(isBounded: true), log).Run();
        return RowsOf(log);
    }

    private static IReadOnlyList<string> RowsOf(LogStore log)
        => log.TryGetTopic("rows", out _) ? log.Sorted<string>("rows") : [];

    /// <summary>Writes a ping and a label for each entity; the first ping of all, alone in its time, is of one entity and one
    /// partition.</summary>
    private static void Write(LogStore log, int round)
    {
        var random = new Random(round);
        var pings = Enumerable.Range(0, Entities).Select(entity => new Ping(
            $"e{entity}", (round * RoundMs) + random.Next((int)RoundMs) + (round == 0 && entity == 0 ? 0 : QuietMs), random.Next(9)))
            .ToList();
        var asks = Enumerable.Range(0, Entities).Select(i => new Ask(
            (round * Entities) + i, $"e{(i + round) % Entities}", (round * RoundMs) + QuietMs + random.Next((int)RoundMs)))
            .ToList();
        for (var partition = 0; partition < Partitions; partition++)
        {
            log.Append("pings", pings.Where(ping => int.Parse(ping.Entity[1..]) % Partitions == partition), partition, Partitions);
            log.Append(
                "asks", asks.Where(ask => ask.Number % Partitions == partition).OrderBy(static ask => ask.TimeMs), partition, Partitions);
        }
    }

    private static Pipeline Training(bool isBounded)
    {
        var pipeline = new Pipeline("training");
        var (pings, asks) = (Topic.Of<Ping>("pings", Partitions), Topic.Of<Ask>("asks", Partitions));
        var view = PingView.View(
            (isBounded ? pipeline.From(pings.StopAtEnd()) : pipeline.From(pings))
                .WithEventTime(ping => ping.TimeMs, TimeSpan.FromMilliseconds(RoundMs), TimeSpan.FromHours(1)).KeyBy(ping => ping.Entity),
            s_windows);
        (isBounded ? pipeline.From(asks.StopAtEnd()) : pipeline.From(asks))
            .WithEventTime(ask => ask.TimeMs, TimeSpan.Zero, TimeSpan.FromHours(1), name: "asked")
            .JoinFeatures(
                FeatureService.Of<Ask>("service", s => s.From(view, ask => ask.Entity)),
                (ask, features) => $"{ask.Number}: {PingView.TextOf(features)} {features["sum_20s"].Status}")
            .To(Topic.Of<string>("rows"));
        return pipeline;
    }

    private static Task<Job> StartAsync(PartitionedLog log)
        => Training(isBounded: false).StartAsync(
            new JobOptions { Log = log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(20) },
            TestContext.Current.CancellationToken);
}
