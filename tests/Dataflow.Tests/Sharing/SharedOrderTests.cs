using Dataflow.Extensibility;
using Dataflow.Log;
using Dataflow.Testing;
using static Dataflow.Tests.Shared.SharedJobs;

namespace Dataflow.Tests.Sharing;

/// <summary>Sources that several processes put in order of time, each its splits: no record is late, whoever has it.</summary>
public sealed class SharedOrderTests : IDisposable
{
    private const ulong Lower = uint.MaxValue;
    private const int Partitions = 16; // enough for splits in both halves of the shards
    private const int InPartition = 2000;
    private const int Keys = 60;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);
    private static readonly ulong[][] s_shares = [[~Lower, Lower], [ulong.MaxValue, 0], [0, ulong.MaxValue], [Lower, ~Lower]];

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly SharedGroup _group;
    private readonly TaskCompletionSource _goesOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SharedOrderTests()
    {
        _group = new SharedGroup(_log);
        Fill(_log);
    }

    public void Dispose()
    {
        _goesOn.TrySetResult();
        _log.Dispose();
    }

    [Fact]
    public async Task Splits_that_move_and_whose_process_dies_go_on_in_their_order()
    {
        Assert.Empty(Counting(Ticks).Explain().ReasonsNotToShare);
        var (first, second, third) = (_group.Add(), _group.Add(), _group.Add());
        _group.Give(Lower, ~Lower, 0);
        await using var dying = await StartAsync(first, Ticks);
        await using var other = await StartAsync(second, Ticks);
        foreach (var shares in s_shares)
        {
            _group.Give([.. shares, 0]);
            await UntilAsync(() => _group.IsSettled, dying, other);
        }

        first.Die();
        await dying.CancelAsync();
        _group.Give(~Lower, Lower);
        await using var last = await StartAsync(third, Ticks);
        await other.Completion.WaitAsync(s_longest, TestContext.Current.CancellationToken);
        await last.Completion.WaitAsync(s_longest, TestContext.Current.CancellationToken);

        Assert.Equal(Expected(), _log.Sorted<string>("counts"));
    }

    [Fact]
    public async Task Time_does_not_pass_a_split_that_another_process_still_puts_in_order()
    {
        _group.Add();
        var (first, second) = (_group.Add(), _group.Add());
        _group.Give(0, Lower, ~Lower);
        await using var going = await StartAsync(first, Ticks);
        await using var waiting = await StartAsync(second, new WaitingSource<Tick>(Ticks, _goesOn.Task));
        await UntilAsync(() => going.Status.Checkpoints.Count > 20 && waiting.Status.Checkpoints.Count > 20, going, waiting);
        Assert.Empty(_log.TryGetTopic("counts", out _) ? _log.Sorted<string>("counts") : []);
        Assert.All(waiting.Status.Splits, static split => Assert.False(split.IsIdle));

        _goesOn.SetResult();
        await going.Completion.WaitAsync(s_longest, TestContext.Current.CancellationToken);
        await waiting.Completion.WaitAsync(s_longest, TestContext.Current.CancellationToken);
        Assert.Equal(Expected(), _log.Sorted<string>("counts"));
    }

    private static Source<Tick> Ticks => new TopicSource<Tick>(Topic.Of<Tick>("ticks", Partitions).StopAtEnd());

    private static void Fill(LogStore log)
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            var ticks = Enumerable.Range(0, InPartition).Select(i => new Tick(((partition * 3) + i) % Keys, i * 500L)).ToArray();
            new Random(partition).Shuffle(ticks);
            log.Append("ticks", ticks, partition, Partitions);
        }
    }

    private static IReadOnlyList<string> Expected()
    {
        using var log = SimulatedJob.OpenLog();
        Fill(log);
        SimulatedJob.Start(Counting(Ticks), log).Run();
        var counts = log.Sorted<string>("counts");
        Assert.Equal(Partitions * InPartition, counts.Sum(static count => int.Parse(count.Split(' ')[2])));
        return counts;
    }

    private static Pipeline Counting(Source<Tick> ticks)
    {
        var pipeline = new Pipeline("counting");
        pipeline.From(ticks.OrderBy(static tick => tick.Time))
            .WithEventTime(static tick => tick.Time, idleAfter: TimeSpan.FromMilliseconds(1)).KeyBy(static tick => tick.Key)
            .Window(Tumbling.Every(TimeSpan.FromSeconds(10)))
            .Aggregate(static a => a.Count(), static (key, window, count) => $"{key} {window.StartMs} {count}").Values()
            .To(Topic.Of<string>("counts", 1));
        return pipeline;
    }

    private static Task<Job> StartAsync(PartitionedLog log, Source<Tick> ticks)
        => Counting(ticks).StartAsync(
            new JobOptions { Log = log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(20), ReadRecords = 8 },
            TestContext.Current.CancellationToken);

    private sealed record Tick(int Key, long Time);

    /// <summary>Has nothing to read for a while.</summary>
    private sealed class WaitingSource<T>(Source<T> source, Task until) : Source<T>
    {
        public override string Name => source.Name;

        public override bool IsBounded => source.IsBounded;

        public override bool MayBeShared => source.MayBeShared;

        public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => source.Describe(context);

        public override SourceReader<T> Open(SourceSplit split, long position, SourceContext context)
            => new WaitingReader<T>(source.Open(split, position, context), until);
    }

    private sealed class WaitingReader<T>(SourceReader<T> reader, Task until) : SourceReader<T>
    {
        public override long Position => reader.Position;

        public override bool IsFinished => until.IsCompleted && reader.IsFinished;

        public override int Read(Span<Record<T>> records) => until.IsCompleted ? reader.Read(records) : 0;

        public override ValueTask WaitToReadAsync(CancellationToken cancellationToken)
            => until.IsCompleted ? reader.WaitToReadAsync(cancellationToken) : new(until.WaitAsync(cancellationToken));

        protected override void Dispose(bool disposing)
        {
            reader.Dispose();
            base.Dispose(disposing);
        }
    }
}
