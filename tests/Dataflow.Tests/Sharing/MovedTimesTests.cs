using System.Globalization;
using Dataflow.Extensibility;
using Dataflow.Log;
using Dataflow.State;
using Dataflow.Testing;

namespace Dataflow.Tests.Sharing;

/// <summary>Steps that work in event time, whose keys move between processes that have reached different times: late records included, they
/// do what they do in one process.</summary>
/// <remarks>The first process has come to <see cref="Ahead"/>. The others hear nothing from it and stand at <see cref="Behind"/>.</remarks>
public sealed class MovedTimesTests : IAsyncLifetime
{
    private const ulong OfFirst = uint.MaxValue;
    private const ulong Moving = ushort.MaxValue; // the shards of the first that move
    private const ulong OfSecond = 0xFFFF_0000_0000;
    private const ulong OfThird = ~OfFirst & ~OfSecond;
    private const int Partitions = 16; // enough for splits in all processes
    private const int Keys = 60;
    private const int TicksOfPhase = 25; // of each partition
    private const long Step = 2_000; // from one of them to the next, of those that are not late
    private const long Phase = TicksOfPhase * Step;
    private const long Behind = Phase;
    private const long Ahead = 2 * Phase;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    private static readonly Dictionary<string, Func<Stream<Tick>, Stream<string>>> s_steps = new()
    {
        ["tumbling"] = ticks => Counts(ticks, Tumbling.Every(Seconds(10))),
        ["hopping"] = ticks => Counts(ticks, Hopping.Of(Seconds(60), every: Seconds(10))),
        ["cumulating"] = ticks => Counts(ticks, Cumulating.Of(Seconds(60), every: Seconds(10))),
        ["sliding"] = ticks => Counts(ticks, Sliding.Over(Seconds(20))),
        ["session"] = ticks => Counts(ticks, Session.WithGap(Seconds(4))),
        ["tumbling, lateness"] = ticks => Counts(ticks, Tumbling.Every(Seconds(10)), s_lateness),
        ["hopping, lateness"] = ticks => Counts(ticks, Hopping.Of(Seconds(20), every: Seconds(10)), s_lateness),
        ["session, lateness"] = ticks => Counts(ticks, Session.WithGap(Seconds(4)), s_lateness),
        ["deduplicate"] = ticks =>
        {
            var first = ByKey(ticks).Deduplicate(Seconds(5), out var late);
            // Which one of several comes first depends on the order in which partitions are read.
            return first.Values().Where(tick => tick.Time % Step > 0).Select(Text).Union(late.Values().Select(LateText));
        },
        ["interval join"] = ticks => ByKey(ticks.Where(tick => tick.IsLeft)).OuterJoinInterval(
            ByKey(ticks.Where(tick => !tick.IsLeft)), -Seconds(3), Seconds(3), (left, right) => $"{left} {right}").Values(),
        ["window join"] = ticks => ByKey(ticks.Where(tick => tick.IsLeft)).OuterJoinWindow(
            ByKey(ticks.Where(tick => !tick.IsLeft)), Hopping.Of(Seconds(20), every: Seconds(10)),
            (left, right) => $"{left} {right}").Values(),
        ["as-of join"] = ticks => ByKey(ticks.Where(tick => tick.IsLeft)).LeftJoinAsOf(
            ByKey(ticks.Where(tick => !tick.IsLeft)), (left, right) => $"{left} {right}").Values(),
        ["match"] = ticks =>
        {
            var pairs = ByKey(ticks).Match(
                Pattern.Begin<Tick>("left", tick => tick.IsLeft).FollowedBy("right", tick => !tick.IsLeft).Within(Seconds(8)),
                (key, match) => $"{key} {string.Join(' ', match.All)}", out var timedOut);
            return pairs.Values().Union(timedOut.Values().Select(static text => $"timed out {text}"));
        },
        ["process"] = ticks => ByKey(ticks).Process(() => new Numbering()).Values(),
        ["batches in windows"] = ticks => Totals(ByKey(ticks).Batch(3).Window(Tumbling.Every(Seconds(10)))
            .Aggregate(a => a.Sum(list => list.Count), (key, _, sum) => new Total(key, sum))),
        ["counts in windows"] = ticks => Totals(ByKey(ticks).Window(Counting.Every(3)).Aggregate(a => a.Count(), (_, _, count) => count)
            .Window(Tumbling.Every(Seconds(10)), name: "of-counts")
            .Aggregate(a => a.Sum(count => count), (key, _, sum) => new Total(key, sum))),
    };

    private static readonly Trigger s_lateness = new() { AllowedLateness = Seconds(30) };

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly List<Job> _jobs = [];
    private readonly List<SharedGroup.Process> _processes = [];
    private readonly SharedGroup _group;
    private string _step = "";

    public MovedTimesTests()
    {
        _group = new(_log);
        Prepare(_log);
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string> Steps => [.. s_steps.Keys];

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        foreach (var job in _jobs) await job.DisposeAsync();
        _log.Dispose();
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Keys_that_come_to_a_process_which_is_behind(string step)
    {
        await ComeApartAsync(step);
        await GiveAsync(OfFirst & ~Moving, OfSecond | Moving, OfThird);
        await EndAsync();
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Keys_of_a_process_that_gets_others_which_are_behind(string step)
    {
        await ComeApartAsync(step);
        await GiveAsync(OfFirst | OfSecond, 0, OfThird);
        await EndAsync();
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Keys_that_move_twice_before_time_has_caught_up(string step)
    {
        await ComeApartAsync(step);
        await GiveAsync(OfFirst & ~Moving, OfSecond | Moving, OfThird);
        await GiveAsync(OfFirst & ~Moving, OfSecond, OfThird | Moving);
        await EndAsync();
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Keys_that_have_moved_before_all_stop_and_start_with_other_numbers_of_workers(string step)
    {
        await ComeApartAsync(step);
        await GiveAsync(OfFirst & ~Moving, OfSecond | Moving, OfThird);
        foreach (var job in _jobs) await job.StopAsync(Cancelled).WaitAsync(s_longest, Cancelled);
        await StartAsync(1, 2, 3);
        await EndAsync();
    }

    /// <summary>Has the first process come to a later time than the others.</summary>
    private async Task ComeApartAsync(string step)
    {
        _step = step;
        _processes.AddRange([_group.Add(), _group.Add(), _group.Add()]);
        _group.Give(OfFirst, OfSecond, OfThird);
        await StartAsync(2, 3, 1);
        Append(_log, 0);
        await UntilAsync(() => _jobs.TrueForAll(static job => TimeOf(job) == Behind), _jobs);
        await CheckpointsAsync(_jobs);
        foreach (var process in _processes[1..]) process.IsDeaf = true;
        Append(_log, 1);
        await UntilAsync(() => TimeOf(_jobs[0]) == Ahead, _jobs);
        await CheckpointsAsync(_jobs);
        Assert.All(_jobs[1..], static job => Assert.Equal(Behind, TimeOf(job)));
        foreach (var process in _processes) process.IsDeaf = true;
    }

    private async Task GiveAsync(params ulong[] shards)
    {
        _group.Give(shards);
        await UntilAsync(() => _group.IsSettled, _jobs);
        await CheckpointsAsync(_jobs);
    }

    /// <summary>Appends what is late, has time catch up, and compares.</summary>
    private async Task EndAsync()
    {
        AppendLate(_log);
        await UntilReadAsync(_log, _jobs);
        await CheckpointsAsync(_jobs);
        foreach (var process in _processes) process.IsDeaf = false;
        Append(_log, 2);
        await UntilReadAsync(_log, _jobs);
        await GiveAsync(0, ulong.MaxValue, 0);
        await _jobs[1].DrainAsync(Cancelled).WaitAsync(s_longest, Cancelled);
        AssertSame(await InOneProcessAsync(_step), _log.Sorted<string>("results"));
    }

    /// <summary>Asserts that both have the same rows, each as often.</summary>
    private static void AssertSame(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        Assert.Equal([], Beside(actual, expected).Select(static row => $"too much: {row}")
            .Concat(Beside(expected, actual).Select(static row => $"missing: {row}")));

        static IEnumerable<string> Beside(IEnumerable<string> rows, IEnumerable<string> others)
        {
            var left = others.CountBy(static row => row).ToDictionary(StringComparer.Ordinal);
            return rows.Where(row => (left[row] = left.GetValueOrDefault(row) - 1) < 0);
        }
    }

    private static async Task<IReadOnlyList<string>> InOneProcessAsync(string step)
    {
        using var log = SimulatedJob.OpenLog();
        Prepare(log);
        await using var job = await StartAsync(step, log, 2);
        Append(log, 0);
        Append(log, 1);
        await UntilAsync(() => TimeOf(job) == Ahead, [job]);
        await CheckpointsAsync([job]);
        AppendLate(log);
        await UntilReadAsync(log, [job]);
        Append(log, 2);
        await UntilReadAsync(log, [job]);
        await job.DrainAsync(Cancelled).WaitAsync(s_longest, Cancelled);
        return log.Sorted<string>("results");
    }

    private static void Prepare(LogStore log)
    {
        for (var partition = 0; partition < Partitions; partition++) log.Append<Tick>("ticks", [], partition, Partitions);
    }

    private static void Append(LogStore log, int phase)
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            log.Append("ticks", Enumerable.Range(1, TicksOfPhase).Select(Tick), partition, Partitions);

            Tick Tick(int i) => new(
                ((partition * 7) + (i * 3) + phase) % Keys, (phase * Phase) + (i * Step), (i + phase) % 2 == 0);
        }
    }

    /// <summary>Appends records that lie behind the time of the first process, of keys that move from it, to a partition that it has not:
    /// they come in one order.</summary>
    private static void AppendLate(LogStore log)
    {
        var keys = Enumerable.Range(0, Keys).Where(static key => IsIn(Moving, Shards.Of(KeyCodec<int>.Default.Hash(key)))).ToList();
        var partition = Enumerable.Range(0, Partitions).First(static split => IsIn(OfThird, Shards.OfSplit($"ticks[{split}]")));
        long[] times = [60_500, 61_000, 75_500, 77_000, 95_500, 97_000];
        log.Append("ticks", keys.SelectMany(key => times.Select(time => new Tick(key, time, time % 1_000 == 0))), partition, Partitions);
    }

    private static bool IsIn(ulong shards, int shard) => new ShardSet(shards).Contains(shard);

    private async Task StartAsync(params int[] workers)
    {
        foreach (var job in _jobs) await job.DisposeAsync();
        _jobs.Clear();
        foreach (var (process, count) in _processes.Zip(workers)) _jobs.Add(await StartAsync(_step, process, count));
    }

    private static Task<Job> StartAsync(string step, PartitionedLog log, int workers)
    {
        var pipeline = new Pipeline("moving");
        var ticks = pipeline.From(Topic.Of<Tick>("ticks", Partitions)).WithEventTime(tick => tick.Time, idleAfter: TimeSpan.FromHours(1));
        s_steps[step](ticks).To(Topic.Of<string>("results", 1));
        ByKey(ticks).Window(Tumbling.Every(Seconds(10)), name: "clock").Aggregate(a => a.Count(), (_, _, count) => count).Values()
            .To(Topic.Of<long>("clock", 1));
        return pipeline.StartAsync(
            new JobOptions { Log = log, Workers = workers, CheckpointInterval = TimeSpan.FromMilliseconds(20) },
            Cancelled);
    }

    private static long? TimeOf(Job job) => job.Status.Of("clock").WatermarkMs;

    private static Task UntilReadAsync(LogStore log, IReadOnlyList<Job> jobs)
    {
        var topic = log.GetTopic("ticks");
        return UntilAsync(() => Enumerable.Range(0, Partitions).All(partition => jobs.Any(job => job.Status.Splits.Any(
            split => split.Name == $"ticks[{partition}]" && split.Position == topic.EndOffset(partition)))), jobs);
    }

    /// <summary>Waits until each process that has work has taken some checkpoints more: until all its steps have come as far.</summary>
    private static Task CheckpointsAsync(List<Job> jobs)
    {
        var before = jobs.ConvertAll(static job => job.Status.Checkpoints.Last);
        return UntilAsync(() => jobs.Zip(before, static (job, last) => (job.Status, Last: last)).All(static now => now.Status.State
            is JobState.Waiting || (now.Status.State is JobState.Running && now.Status.Checkpoints.Last >= now.Last + 3)), jobs);
    }

    private static async Task UntilAsync(Func<bool> condition, IReadOnlyList<Job> jobs)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > s_longest || jobs.Any(static job => job.Completion.IsFaulted))
                Assert.Fail(string.Join('\n', jobs.Select(static job => $"{job.Status} at {TimeOf(job)} {job.Completion.Exception}")));
            await Task.Delay(5, Cancelled);
        }
    }

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    private static KeyedStream<int, Tick> ByKey(Stream<Tick> ticks) => ticks.KeyBy(static tick => tick.Key);

    private static Stream<string> Counts(Stream<Tick> ticks, WindowSpec windows, Trigger? trigger = null)
    {
        var counts = ByKey(ticks).Window(windows, out var late, trigger: trigger).Aggregate(
            a => a.Count(), (key, window, count) => $"{key} {window.StartMs} {window.EndMs} {window.Firing} {window.FiringIndex} {count}");
        return counts.Values().Union(late.Values().Select(LateText));
    }

    /// <summary>Adds up by key: how records come together in windows depends on when they are handled.</summary>
    private static Stream<string> Totals(KeyedStream<int, Total> totals)
        => totals.Values().KeyBy(static total => total.Key).Window(Global.Window, name: "totals")
            .Aggregate(a => a.Sum(total => total.Sum), (key, _, sum) => $"{key} {sum}").Values();

    private static string Text(Tick tick) => tick.ToString();

    private static string LateText(Tick tick) => $"late {tick}";

    private sealed record Tick(int Key, long Time, bool IsLeft)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Key} {(IsLeft ? 'l' : 'r')}{Time}");
    }

    private sealed record Total(int Key, long Sum);

    /// <summary>Counts records in the order of time; a timer tells the number some time after each.</summary>
    private sealed class Numbering : KeyedProcess<int, Tick, int, string>
    {
        public override void OnRecord(in Record<Tick> record, ref int state, ProcessContext<int, string> context)
        {
            context.Emit($"{record.Value} is {++state}");
            context.SetTimer(record.Value.Time + Phase);
        }

        public override void OnTimer(long timestamp, ref int state, ProcessContext<int, string> context)
            => context.Emit($"{context.Key} has {state} at {timestamp}");
    }
}
