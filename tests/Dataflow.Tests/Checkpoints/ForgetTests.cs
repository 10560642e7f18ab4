using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Testing.Disks;

namespace Dataflow.Tests.Checkpoints;

/// <summary>Damaged checkpoints never make results wrong, and what the errors advise helps.</summary>
public sealed class ForgetTests : IDisposable
{
    private const int Numbers = 100;
    private const int Keys = 7;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_damaged_manifest_is_read_from_its_copy_and_nothing_counts_twice(int copy)
    {
        using (var log = Open()) RunTwice(log);
        Flip($"count.checkpoints-{copy}");

        using var reopened = Open();
        Assert.Equal(2, SavedCheckpoint.ReadAll(reopened, "count")[^1].Number);
        var job = SimulatedJob.Start(Counting(), reopened);
        Assert.Equal(2, job.StartedFrom);
        AddAndRun(reopened, job);
        AssertCounts(reopened, first: 0, each: 3);
    }

    [Fact]
    public async Task A_manifest_damaged_in_every_copy_is_refused_until_the_pipeline_is_forgotten()
    {
        using (var log = Open()) RunTwice(log);
        for (var copy = 0; copy < 2; copy++) Flip($"count.checkpoints-{copy}");

        using var reopened = Open();
        var error = Assert.Throws<CheckpointException>(() => SimulatedJob.Start(Counting(), reopened));
        Assert.Equal(
            "Topic 'count.checkpoints': the last checkpoint, at offset 1, cannot be read in any of its copies. They are damaged or were "
                + "trimmed; "
            + "restore the log's directory from a copy, or begin anew: Pipeline.ForgetAsync forgets the pipeline's checkpoints and state.",
            error.Message);
        await AssertForgettingHelpsAsync(reopened);
    }

    [Fact]
    public async Task Checkpoints_that_were_trimmed_to_their_end_are_refused_until_the_pipeline_is_forgotten()
    {
        using var log = Open();
        RunTwice(log);
        await log.TrimAsync("count.checkpoints", 0, 2, TestContext.Current.CancellationToken);
        var job = SimulatedJob.Start(Counting(), log);
        Assert.Equal(2, job.StartedFrom);
        job.Close();
        await log.TrimAsync("count.checkpoints", 1, 2, TestContext.Current.CancellationToken);
        Assert.Throws<CheckpointException>(() => SimulatedJob.Start(Counting(), log));
        await AssertForgettingHelpsAsync(log);
    }

    [Fact]
    public async Task Damaged_state_is_refused_also_when_it_is_trimmed_until_the_pipeline_is_forgotten()
    {
        using (var log = Open()) RunTwice(log);
        var shard = Enumerable.Range(0, 64).First(shard => Directory.Exists(_folder[$"log/topics/count.changelog-{shard}"]));
        Flip($"count.changelog-{shard}");

        using var reopened = Open();
        var message = Assert.Throws<CheckpointException>(() => SimulatedJob.Start(Counting(), reopened)).Message;
        Assert.StartsWith(
            $"Pipeline 'count', shard {shard}: its state cannot be read. Topic 'count.changelog', partition {shard}, offset ", message,
            StringComparison.Ordinal);
        Assert.EndsWith(
            "A later offset would lose state; restore the log's directory from a copy, or begin anew: Pipeline.ForgetAsync forgets the "
                + "pipeline's "
            + "checkpoints and state.",
            message, StringComparison.Ordinal);
        await reopened.TrimAsync(
            "count.changelog", shard, reopened.GetTopic("count.changelog").EndOffset(shard), TestContext.Current.CancellationToken);
        Assert.Throws<CheckpointException>(() => SimulatedJob.Start(Counting(), reopened));
        await AssertForgettingHelpsAsync(reopened);
    }

    [Fact]
    public async Task State_without_a_checkpoint_is_refused_until_the_pipeline_is_forgotten()
    {
        using var log = Open();
        log.Append("numbers", Enumerable.Range(0, Numbers));
        await CheckpointTopics.OpenAsync(
            log, "count", owner: "count", writesDeadLetters: false, TestContext.Current.CancellationToken);
        log.Append("count.changelog", [1]);
        Assert.Equal(
            "Pipeline 'count': there is state in the log, but no checkpoint that it belongs to. With it, what is read again would count "
                + "twice; "
            + "restore the log's directory from a copy, or begin anew: Pipeline.ForgetAsync forgets the pipeline's checkpoints and state.",
            Assert.Throws<CheckpointException>(() => SimulatedJob.Start(Counting(), log)).Message);
        await AssertForgettingHelpsAsync(log, each: 1);
    }

    [Fact]
    public async Task What_was_forgotten_takes_no_space_and_the_next_run_carries_on_from_its_own_checkpoints()
    {
        using (var log = Open()) RunTwice(log);
        await Counting().ForgetAsync(new JobOptions { Directory = _folder["log"] }, TestContext.Current.CancellationToken);
        Assert.Empty(Directory.GetDirectories(_folder["log/topics"], "count.changelog-*").SelectMany(Directory.GetFiles));

        using var reopened = Open();
        await AssertForgettingHelpsAsync(reopened);
        var before = Topic.Of<string>("counts").ReadAll(reopened).Count();
        var job = SimulatedJob.Start(Counting(), reopened);
        Assert.Equal(1, job.StartedFrom);
        AddAndRun(reopened, job);
        AssertCounts(reopened, before, each: 3, from: 2);
    }

    [Fact]
    public async Task A_pipeline_that_runs_or_never_ran_is_left_alone()
    {
        using var log = Open();
        await Counting().ForgetAsync(new JobOptions { Log = log }, TestContext.Current.CancellationToken);
        Assert.Empty(log.Topics);
        log.Append("numbers", Enumerable.Range(0, Numbers));
        var job = SimulatedJob.Start(Counting(), log);
        Assert.Equal(
            "Pipeline 'count': a job of this name runs on the log, so its checkpoints cannot be forgotten. Stop it first.",
            (await Assert.ThrowsAsync<CheckpointException>(
                () => Counting().ForgetAsync(new JobOptions { Log = log }, TestContext.Current.CancellationToken))).Message);
        job.Close();
        await Counting().ForgetAsync(new JobOptions { Log = log }, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_crash_while_forgetting_leaves_all_or_nothing()
    {
        var filled = new SimulatedFileSystem();
        using (var log = SimulatedJob.OpenLog(filled)) RunTwice(log);
        var whole = filled.AfterProcessCrash();
        await ForgetAsync(whole);
        var outcomes = new HashSet<long>();
        for (var operation = 0; operation < whole.Operations.Count; operation++)
        {
            var disk = filled.AfterProcessCrash();
            disk.CrashAt(operation, halfway: operation % 2 == 0);
            await Assert.ThrowsAnyAsync<Exception>(() => ForgetAsync(disk));
            using var log = SimulatedJob.OpenLog(disk.AfterPowerLoss(new Random(operation)));
            var before = Topic.Of<string>("counts").ReadAll(log).Count();
            var job = SimulatedJob.Start(Counting(), log);
            outcomes.Add(job.StartedFrom);
            var carriesOn = job.StartedFrom == 2;
            AddAndRun(log, job);
            AssertCounts(log, before, each: 3, from: carriesOn ? 2 : 0);
        }

        Assert.Equal([0, 2], outcomes.Order());

        static async Task ForgetAsync(SimulatedFileSystem disk)
        {
            using var log = SimulatedJob.OpenLog(disk);
            await Counting().ForgetAsync(new JobOptions { Log = log });
        }
    }

    [Fact]
    public async Task A_source_that_has_less_than_was_read_serves_again_once_the_pipeline_is_forgotten()
    {
        using var log = Open();
        BeginToRead(log, Source.Of(Enumerable.Range(0, 1000)));
        await AssertServesAgainAsync(log, Source.Of([-7]));

        var lines = _folder.Write("numbers.jsonl", string.Join('\n', Enumerable.Range(0, 1000)));
        await new Pipeline("copy").ForgetAsync(new JobOptions { Log = log }, TestContext.Current.CancellationToken);
        BeginToRead(log, Source.JsonLines<int>(lines));
        await File.WriteAllTextAsync(lines, "-8\n", TestContext.Current.CancellationToken);
        await AssertServesAgainAsync(log, Source.JsonLines<int>(lines));

        Assert.Equal([-7, -8], Topic.Of<int>("copies").ReadAll(log).Where(number => number < 0));

        static void BeginToRead(LogStore log, Source<int> source)
        {
            var job = Start(log, source);
            while (job.Status.RecordsRead < 3) job.Step();
            job.Begin();
            while (job.Status.Checkpoints.Count == 0) job.Step();
            Assert.False(job.HasFinished);
            job.Close();
        }

        static SimulatedJob Start(LogStore log, Source<int> source)
        {
            var pipeline = new Pipeline("copy");
            pipeline.From(source).To(Topic.Of<int>("copies", partitions: 1));
            return SimulatedJob.Start(pipeline, log, with: options => options with { ReadRecords = 1 });
        }

        static async Task AssertServesAgainAsync(LogStore log, Source<int> source)
        {
            Assert.Contains(
                "(Pipeline.ForgetAsync)", Assert.Throws<ConnectorException>(() => Start(log, source)).Message, StringComparison.Ordinal);
            await new Pipeline("copy").ForgetAsync(new JobOptions { Log = log }, TestContext.Current.CancellationToken);
            Start(log, source).Run();
        }
    }

    [Fact]
    public async Task The_logs_directory_stays_small_however_often_checkpoints_come()
    {
        var disk = new SimulatedFileSystem();
        var options = new LogOptions { CommitScheduler = new InlineTaskScheduler(), FileSystem = disk };
        using var log = LogStore.Open("/log", options);
        await log.CreateTopicAsync("numbers", 1, new TopicSettings { RetentionBytes = 1 << 20 }, TestContext.Current.CancellationToken);
        var pipeline = new Pipeline("texts");
        pipeline.From(Topic.Of<int>("numbers")).KeyBy(number => number).Process(() => new LongText()).To(Sink.Memory<int>());
        var job = SimulatedJob.Start(pipeline, log, with: set => set with { SnapshotBytes = new JobOptions().SnapshotBytes });
        const int LiveBytes = 2000 * LongText.Length;
        var written = 0L;
        while (written < 180_000_000)
        {
            log.Append("numbers", Enumerable.Range(0, 2000));
            job.RunUntilIdle();
            job.Checkpoint();
            written += LiveBytes;
            Assert.InRange(disk.UsedBytes, 0, (4 * LiveBytes) + (1 << 20) + 128_000_000);
        }
        job.Close();
    }

    private static Pipeline Counting()
    {
        var pipeline = new Pipeline("count");
        pipeline.From(Topic.Of<int>("numbers")).KeyBy(number => number % Keys).Process(() => new Count())
            .To(Topic.Of<string>("counts", partitions: 1));
        return pipeline;
    }

    private LogStore Open()
        => LogStore.Open(_folder["log"], new LogOptions { CommitScheduler = new InlineTaskScheduler(), JournalFileBytes = 1 << 18 });

    private static void RunTwice(LogStore log)
    {
        log.Append("numbers", Enumerable.Range(0, 0));
        var job = SimulatedJob.Start(Counting(), log);
        for (var round = 0; round < 2; round++)
        {
            log.Append("numbers", Enumerable.Range(0, Numbers));
            job.RunUntilIdle();
            job.Checkpoint();
        }

        job.Close();
        AssertCounts(log, first: 0, each: 2);
    }

    private static void AddAndRun(LogStore log, SimulatedJob job)
    {
        log.Append("numbers", Enumerable.Range(0, Numbers));
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
    }

    private static async Task AssertForgettingHelpsAsync(LogStore log, int each = 2)
    {
        await Counting().ForgetAsync(new JobOptions { Log = log }, TestContext.Current.CancellationToken);
        var before = log.TryGetTopic("counts", out _) ? Topic.Of<string>("counts").ReadAll(log).Count() : 0;
        var job = SimulatedJob.Start(Counting(), log);
        Assert.Equal(0, job.StartedFrom);
        job.RunUntilIdle();
        job.Checkpoint();
        job.Close();
        AssertCounts(log, before, each);
    }

    /// <summary>Behind the first results, each number of so many rounds has counted once.</summary>
    private static void AssertCounts(LogStore log, int first, int each, int from = 0)
        => Assert.Equal(
            Enumerable.Range(0, Keys).SelectMany(key => CountsOf(key, from, each)).Order(StringComparer.Ordinal),
            Topic.Of<string>("counts").ReadAll(log).Skip(first).Order(StringComparer.Ordinal));

    private static IEnumerable<string> CountsOf(int key, int from, int to)
    {
        var perRound = Enumerable.Range(0, Numbers).Count(number => number % Keys == key);
        return Enumerable.Range((from * perRound) + 1, (to - from) * perRound).Select(count => $"{key}: {count}");
    }

    private void Flip(string partition)
    {
        var path = Directory.GetFiles(_folder[$"log/topics/{partition}"])[^1];
        var bytes = File.ReadAllBytes(path);
        bytes[^3] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private sealed class Count : KeyedProcess<int, int, int, string>
    {
        public override void OnRecord(in Record<int> record, ref int state, ProcessContext<int, string> context)
            => context.Emit($"{context.Key}: {++state}");
    }

    private sealed class LongText : KeyedProcess<int, int, string?, int>
    {
        public const int Length = 300;

        public override void OnRecord(in Record<int> record, ref string? state, ProcessContext<int, int> context)
            => state = new string((char)('a' + ((state?[0] ?? 'a') + 1) % 26), Length);
    }
}
