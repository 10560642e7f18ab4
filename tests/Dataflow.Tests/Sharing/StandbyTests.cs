using Dataflow.Log;
using Dataflow.State;
using Dataflow.Testing;
using static Dataflow.Tests.Sharing.CountedNumbers;

namespace Dataflow.Tests.Sharing;

/// <summary>The state that a process has in memory when shards come to it: copies of what others had, and what it had itself.</summary>
public sealed class StandbyTests : IDisposable
{
    private const ulong Lower = uint.MaxValue;
    private const ulong Upper = ~Lower;

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly SharedGroup _group;
    private readonly CountedNumbers _numbers;

    public StandbyTests() => (_group, _numbers) = (new SharedGroup(_log), new CountedNumbers(_log));

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
        await UntilAsync(() => living.Status.Copies.Count == 0);
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
    public async Task A_process_goes_on_with_its_shards_while_it_reads_those_that_come_to_it()
    {
        var (first, second) = (_group.Add(), _group.Add());
        _group.Give(Lower, Upper);
        await using var dying = await StartAsync(first, standbys: 0);
        await using var living = await StartAsync(second, standbys: 0);
        await CountAsync();
        var reading = new TaskCompletionSource();
        second.ReadsStateAfter = reading.Task;

        first.Die();
        await dying.CancelAsync();
        _group.Give(ulong.MaxValue);
        try
        {
            await UntilAsync(() => second.Opened.Any(static opened => opened.Topic == "counting.changelog"));
            var counted = Counts.EndOffset(0);
            _numbers.Append();
            await UntilAsync(() => Counts.EndOffset(0) > counted);
            Assert.Equal(JobState.Running, living.State);
        }
        finally
        {
            reading.SetResult();
        }

        await _numbers.ExpectAsync();
        Assert.Equal(
            (Numbers, 32, 32), (living.Status.StateEntries, living.Status.Restore.FromMemory, living.Status.Restore.FromLog));
        await UntilAsync(() => living.Status.Copies.Count == 0);
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

    private LogTopic Counts => _log.TryGetTopic("counts", out var counts) ? counts : throw new InvalidOperationException();

    private Task CountAsync() => _numbers.CountAsync();

    private static Task<Job> StartAsync(PartitionedLog log, int standbys = 1, bool spoils = false)
        => CountedNumbers.StartAsync(log, options => options with { Standbys = standbys }, spoils);
}
