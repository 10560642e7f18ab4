using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Sharing;

/// <summary>Windows that share panes, in processes that are at different times when shards move between them.</summary>
public sealed class SharedWindowsTests : IDisposable
{
    private const ulong Lower = uint.MaxValue;
    private const int Partitions = 16; // enough for splits in both halves of the shards
    private const int Rounds = 40;
    private const int Keys = 60;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);
    private static readonly ulong[][] s_shares = [[Lower, ~Lower], [~Lower, Lower], [ulong.MaxValue, 0], [0, ulong.MaxValue]];

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    public static TheoryData<string> Windows => ["hopping", "cumulating"];

    [Theory]
    [MemberData(nameof(Windows))]
    public async Task Each_window_gives_one_result_wherever_its_key_moves(string windows)
    {
        var spec = windows == "hopping" ? (WindowSpec)Hopping.Of(TimeSpan.FromSeconds(60), every: TimeSpan.FromSeconds(10))
            : Cumulating.Of(TimeSpan.FromSeconds(60), every: TimeSpan.FromSeconds(10));
        for (var partition = 0; partition < Partitions; partition++) _log.Append<Tick>("ticks", [], partition, Partitions);
        var group = new SharedGroup(_log);
        var (first, second) = (group.Add(), group.Add());
        group.Give(s_shares[0]);
        await using var one = await StartAsync(spec, first);
        await using var other = await StartAsync(spec, second);
        for (var round = 0; round < Rounds; round++)
        {
            for (var partition = 0; partition < Partitions; partition++)
                _log.Append("ticks", TicksOf(round, partition), partition, Partitions);
            await Task.Delay(20, TestContext.Current.CancellationToken);
            group.Give(s_shares[round % s_shares.Length]);
        }

        group.Give(0, ulong.MaxValue);
        using var longest = new CancellationTokenSource(s_longest);
        while (other.Status.Splits is not { Count: Partitions } splits || splits.Any(static split => split.Position < Rounds * 10))
            await Task.Delay(5, longest.Token);
        await other.DrainAsync(TestContext.Current.CancellationToken).WaitAsync(s_longest, TestContext.Current.CancellationToken);
        await one.CancelAsync();

        Assert.Equal(Expected(spec), _log.Sorted<string>("counts"));
    }

    private static IEnumerable<Tick> TicksOf(int round, int partition)
        => Enumerable.Range(0, 10).Select(i => new Tick(((round * 7) + (partition * 3) + i) % Keys, (round * 5_000L) + (i * 500)));

    private static IReadOnlyList<string> Expected(WindowSpec spec)
    {
        using var log = SimulatedJob.OpenLog();
        for (var partition = 0; partition < Partitions; partition++)
            log.Append("ticks", Enumerable.Range(0, Rounds).SelectMany(round => TicksOf(round, partition)), partition, Partitions);
        SimulatedJob.Start(Counting(spec, isBounded: true), log).Run();
        return log.Sorted<string>("counts");
    }

    private static Pipeline Counting(WindowSpec spec, bool isBounded = false)
    {
        var pipeline = new Pipeline("counting");
        var topic = Topic.Of<Tick>("ticks", Partitions);
        (isBounded ? pipeline.From(topic.StopAtEnd()) : pipeline.From(topic))
            .WithEventTime(tick => tick.Time, idleAfter: TimeSpan.FromHours(1)).KeyBy(tick => tick.Key).Window(spec)
            .Aggregate(a => a.Count(), (key, window, count) => $"{key} {window.StartMs} {window.EndMs} {count}").Values()
            .To(Topic.Of<string>("counts", 1));
        return pipeline;
    }

    private static Task<Job> StartAsync(WindowSpec spec, PartitionedLog log)
        => Counting(spec).StartAsync(
            new JobOptions { Log = log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(20) },
            TestContext.Current.CancellationToken);

    private sealed record Tick(int Key, long Time);
}
