using Dataflow.Extensibility;
using Dataflow.Log;
using Dataflow.State;
using Dataflow.Testing;

namespace Dataflow.Tests.Sharing;

/// <summary>The state that a process has in memory when shards come to it: copies of what others had, and what it had itself.</summary>
public sealed class StandbyTests : IDisposable
{
    private const ulong Lower = uint.MaxValue;
    private const ulong Upper = ~Lower;
    private const int Numbers = 500;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly SharedGroup _group;
    private int _rounds;

    public StandbyTests()
    {
        _group = new SharedGroup(_log);
        for (var partition = 0; partition < 4; partition++) _log.Append<int>("numbers", [], partition, partitions: 4);
    }

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_process_that_has_a_copy_takes_over_from_a_dead_one_without_reading_the_state_again()
    {
        var (first, second) = (_group.Add(), _group.Add());
        _group.Give(Lower, Upper);
        await using var dying = await StartAsync(first);
        await using var living = await StartAsync(second);
        await CountAsync();
        await UntilAsync(() => living.Status.Copies is { Count: 32 } copies && copies.All(static copy => copy.Behind == 0)
            && copies.Sum(static copy => copy.Entries) == dying.Status.StateEntries);
        second.Opened.Clear();
        await CountAsync();

        first.Die();
        await dying.CancelAsync();
        _group.Give(ulong.MaxValue);

        await CountAsync();
        Assert.Equal(Numbers, living.Status.StateEntries);
        Assert.DoesNotContain(second.Opened, static opened => opened.Topic == "counting.snapshots");
        Assert.Empty(living.Status.Copies);
    }

    [Fact]
    public async Task A_process_reads_nothing_of_the_shards_that_it_keeps()
    {
        var (first, second) = (_group.Add(), _group.Add());
        _group.Give(ulong.MaxValue, 0);
        await using var keeping = await StartAsync(first, standbys: 0);
        await CountAsync();
        first.Opened.Clear();

        _group.Give(Lower, Upper);
        await using var joining = await StartAsync(second);
        await CountAsync();

        Assert.Equal(Numbers, keeping.Status.StateEntries + joining.Status.StateEntries);
        Assert.DoesNotContain(first.Opened, static opened => opened.Topic is "counting.changelog" or "counting.snapshots");

        _group.Give(ulong.MaxValue, 0);
        await CountAsync();
        Assert.All(
            first.Opened.Where(static opened => opened.Topic == "counting.changelog"),
            static opened => Assert.InRange(opened.Partition, 32, 63));
    }

    [Fact]
    public async Task What_a_step_does_to_its_state_at_its_end_is_not_kept()
    {
        var (first, second) = (_group.Add(), _group.Add());
        _group.Give(ulong.MaxValue, 0);
        await using var keeping = await StartAsync(first, spoils: true);
        await CountAsync();

        _group.Give(Lower, Upper);
        await using var joining = await StartAsync(second, spoils: true);

        await CountAsync();
    }

    [Fact]
    public async Task Copies_are_of_what_others_have_and_move_with_it()
    {
        var (first, second) = (_group.Add(), _group.Add());
        _group.Give(Lower, Upper);
        await using var one = await StartAsync(first);
        await using var other = await StartAsync(second);
        await CountAsync();
        await UntilAsync(() => Copied(one) == Upper && Copied(other) == Lower);

        _group.Give(Lower << 16, ~(Lower << 16));

        await CountAsync();
        await UntilAsync(() => Copied(one) == ~(Lower << 16) && Copied(other) == Lower << 16);
        await CountAsync();

        static ulong Copied(Job job) => ShardSet.Of(job.Status.Copies.Select(static copy => copy.Shard)).Bits;
    }

    /// <summary>Appends each number once more, and waits until all were counted as often as they came.</summary>
    private async Task CountAsync()
    {
        _rounds++;
        for (var partition = 0; partition < 4; partition++)
            _log.Append("numbers", Enumerable.Range(0, Numbers).Where(number => number % 4 == partition), partition, partitions: 4);
        await UntilAsync(() => _log.TryGetTopic("counts", out var counts) && counts.EndOffset(0) >= _rounds * Numbers);
        var expected = Enumerable.Range(0, Numbers)
            .SelectMany(number => Enumerable.Range(1, _rounds).Select(round => $"{number}: {round}"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), _log.Sorted<string>("counts"));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var longest = new CancellationTokenSource(s_longest);
        while (!condition()) await Task.Delay(5, longest.Token);
    }

    private static Task<Job> StartAsync(PartitionedLog log, int standbys = 1, bool spoils = false)
    {
        var pipeline = new Pipeline("counting");
        pipeline.From(Topic.Of<int>("numbers", 4)).KeyBy(static number => number)
            .Add(input => new CountNode(input, spoils)).Values().To(Topic.Of<string>("counts", 1));
        return pipeline.StartAsync(
            new JobOptions { Log = log, Workers = 2, CheckpointInterval = TimeSpan.FromMilliseconds(20), Standbys = standbys },
            TestContext.Current.CancellationToken);
    }

    private sealed record CountNode(Node<Keyed<int, int>> Before, bool Spoils)
        : Node<Keyed<int, int>, Keyed<int, string>>("count", Before)
    {
        public override Operator<Keyed<int, int>, Keyed<int, string>> CreateOperator() => new Counter(Spoils);
    }

    /// <summary>Counts numbers; where it spoils, it changes its counts once more when it is closed.</summary>
    private sealed class Counter(bool spoils) : Operator<Keyed<int, int>, Keyed<int, string>>
    {
        private KeyedState<int, int> _counts = null!; // set when the operator is declared

        public override void Process(in Record<Keyed<int, int>> record)
        {
            var count = ++_counts.Update(record.Value.Key, out _);
            Emit(record.With(new Keyed<int, string>(record.Value.Key, $"{record.Value.Key}: {count}")));
        }

        public override void Close()
        {
            for (var number = 0; spoils && number < Numbers; number++)
            {
                if (_counts.TryGet(number, out _)) _counts.Update(number, out _) += 1000;
            }
        }

        protected override void Declare(StepDeclaration declare) => _counts = declare.State<int, int>();
    }
}
