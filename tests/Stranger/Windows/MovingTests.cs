using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Windows;

/// <summary>Overlapping windows of one's own, in processes that are at different times when shards move between them.</summary>
public sealed class MovingTests : IDisposable
{
    private const ulong Lower = uint.MaxValue;
    private const int Partitions = 16; // enough for splits in both halves of the shards
    private const int Rounds = 40;
    private const int Keys = 60;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);
    private static readonly ulong[][] s_shares = [[Lower, ~Lower], [~Lower, Lower], [ulong.MaxValue, 0], [0, ulong.MaxValue]];

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Each_window_gives_one_result_wherever_its_key_moves()
    {
        _log.Write("ticks", [], Partitions);
        var group = new SharedGroup(_log);
        var (first, second) = (group.Add(), group.Add());
        group.Give(s_shares[0]);
        await using var one = await StartAsync(first);
        await using var other = await StartAsync(second);
        for (var round = 0; round < Rounds; round++)
        {
            // One after the other, so that the processes come to different times.
            foreach (var ticks in TicksOf(round)) _log.Write("ticks", ticks, static tick => (int)tick.Value, Partitions);
            await Task.Delay(20, TestContext.Current.CancellationToken);
            group.Give(s_shares[round % s_shares.Length]);
        }

        group.Give(0, ulong.MaxValue);
        using var longest = new CancellationTokenSource(s_longest);
        while (other.Status.Splits is not { Count: Partitions } splits || splits.Any(static split => split.Position < Rounds * 10))
            await Task.Delay(5, longest.Token);
        await other.DrainAsync(TestContext.Current.CancellationToken).WaitAsync(s_longest, TestContext.Current.CancellationToken);
        await one.CancelAsync();

        Assert.Equal(Expected(), _log.Sorted("counts"));
    }

    /// <summary>Ten readings for each partition, the number of which is their value.</summary>
    private static IEnumerable<IEnumerable<Reading>> TicksOf(int round)
        => Enumerable.Range(0, Partitions).Select(partition => Enumerable.Range(0, 10).Select(i
            => new Reading(((round * 7) + (partition * 3) + i) % Keys, (round * 25_000L) + (i * 2_500), partition)));

    private static IReadOnlyList<string> Expected()
    {
        using var log = SimulatedJob.OpenLog();
        var ticks = Enumerable.Range(0, Rounds).SelectMany(TicksOf).SelectMany(static ticks => ticks);
        log.Write("ticks", ticks, static tick => (int)tick.Value, Partitions);
        SimulatedJob.Start(Counting(isBounded: true), log).Run();
        return log.Sorted("counts");
    }

    private static Pipeline Counting(bool isBounded = false)
    {
        var pipeline = new Pipeline("counting");
        var topic = Topic.Of<Reading>("ticks", Partitions);
        (isBounded ? pipeline.From(topic.StopAtEnd()) : pipeline.From(topic))
            .WithEventTime(static tick => tick.Time, idleAfter: TimeSpan.FromHours(1)).KeyBy(static tick => tick.Key)
            .CountOverlapping(TimeSpan.FromSeconds(10), panes: 6)
            .Pairs.Select(static of => $"{of.Key} up to {of.Value.End}: {of.Value.Count}").To(Topic.Of<string>("counts", 1));
        return pipeline;
    }

    private static Task<Job> StartAsync(PartitionedLog log)
        => Counting().StartAsync(
            new JobOptions { Log = log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(20) },
            TestContext.Current.CancellationToken);
}
