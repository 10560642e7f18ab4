using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Dataflow.Extensibility;
using Dataflow.Operations;
using static Dataflow.Kafka.Tests.Members;

namespace Dataflow.Kafka.Tests;

/// <summary>Processes that share the work of a pipeline; here each is a log of its own.</summary>
public sealed class GroupTests(SharedNode shared)
{
    private KafkaNode Node => shared.Node;

    [Fact]
    public async Task Two_processes_share_splits_and_keys_and_give_the_results_of_one()
    {
        var from = Node.CreateTopic(6);
        await using var first = await ConnectAsync();
        await using var second = await ConnectAsync();
        var jobs = await Task.WhenAll(StartAsync(Counting(from), first), StartAsync(Counting(from), second));
        await UntilSharedAsync(jobs);
        Node.Write(from, Enumerable.Range(0, 4000).Select(i => $"{i}"));
        await UntilAsync(() => jobs.Sum(static job => job.Status.RecordsRead) == 4000, jobs);
        Assert.All(jobs, static job => Assert.NotEqual(0, job.Status.RecordsRead));

        // Asked of one, all processes drain: windows close everywhere.
        await jobs[0].DrainAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
        await jobs[1].Completion.WaitAsync(Longest, TestContext.Current.CancellationToken);

        Assert.All(jobs, static job => Assert.Equal(JobState.Finished, job.State));
        var expected = Enumerable.Range(0, 40).SelectMany(window => Enumerable.Range(0, 10).Select(digit => $"{100 * window} {digit} 10"));
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            Node.Read(Counts(from)).Select(static record => record.Message.Value!).Order(StringComparer.Ordinal));
        Assert.Equal(Enumerable.Range(5, 4000).Select(static time => (long)time), Topic.Of<long>(Timers(from), 1).ReadAll(first).Order());
    }

    [Fact]
    public async Task A_process_that_leaves_gives_its_work_to_the_other()
    {
        var from = Node.CreateTopic(6);
        await using var first = await ConnectAsync();
        await using var second = await ConnectAsync();
        var jobs = await Task.WhenAll(StartAsync(Counting(from), first), StartAsync(Counting(from), second));
        await UntilSharedAsync(jobs);
        Node.Write(from, Enumerable.Range(0, 1000).Select(i => $"{i}"));

        await jobs[0].StopAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
        Assert.Equal(JobState.Stopped, jobs[0].State);
        Node.Write(from, Enumerable.Range(1000, 1000).Select(i => $"{i}"));
        await UntilAsync(() => jobs[1].Status.Splits is { Count: 6 } splits && splits.Sum(static split => split.Position) == 2000, jobs);
        await jobs[1].DrainAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);

        var counts = Node.Read(Counts(from)).Select(static record => long.Parse(record.Message.Value!.Split(' ')[2]));
        Assert.Equal(2000, counts.Sum());
    }

    [Fact]
    public async Task A_split_that_moves_takes_the_state_of_its_watermark_along()
    {
        var from = Node.CreateTopic(6);
        await using var first = await ConnectAsync();
        await using var second = await ConnectAsync();
        var jobs = await Task.WhenAll(StartAsync(Timing(from), first), StartAsync(Timing(from), second));
        await UntilSharedAsync(jobs);
        Node.Write(from, Enumerable.Range(0, 600).Select(i => $"{i}"));
        await UntilAsync(() => jobs.Sum(static job => job.Status.RecordsRead) == 600, jobs);

        await jobs[0].StopAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
        Node.Write(from, Enumerable.Range(0, 600).Select(i => $"{i}"));
        await UntilAsync(() => jobs[1].Status.Splits is { Count: 6 } splits && splits.Sum(static split => split.Position) == 1200, jobs);
        await UntilAsync(() => jobs[1].Status.Splits.All(static split => split.WatermarkMs == split.Position), jobs);
        await jobs[1].CancelAsync();
    }

    [Fact]
    public async Task A_process_that_starts_again_with_its_group_instance_id_moves_nothing()
    {
        var from = Node.CreateTopic(6);
        await using var first = await Members.ConnectAsync(Node, "a");
        await using var second = await Members.ConnectAsync(Node, "b");
        var jobs = await Task.WhenAll(StartAsync(Counting(from), first), StartAsync(Counting(from), second));
        await UntilSharedAsync(jobs);
        var (before, shards) = (jobs[1].Status.Rebalances, ShardsOf(jobs[1]));
        Node.Write(from, Enumerable.Range(0, 1000).Select(i => $"{i}"));
        await UntilAsync(() => jobs.Sum(static job => job.Status.RecordsRead) == 1000, jobs);

        await jobs[0].StopAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
        await first.DisposeAsync();
        await using var again = await Members.ConnectAsync(Node, "a");
        jobs[0] = await StartAsync(Counting(from), again);
        Node.Write(from, Enumerable.Range(1000, 1000).Select(i => $"{i}"));
        await UntilAsync(() => jobs.Sum(static job => job.Status.Splits.Sum(static split => split.Position)) == 2000, jobs);
        await jobs[0].DrainAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
        await jobs[1].Completion.WaitAsync(Longest, TestContext.Current.CancellationToken);

        Assert.Equal((before, shards), (jobs[1].Status.Rebalances, ShardsOf(jobs[1])));
        Assert.Equal(2000, Node.Read(Counts(from)).Sum(static record => long.Parse(record.Message.Value!.Split(' ')[2])));

        static int ShardsOf(Job job) => job.Status.Processes.First(static process => process.Shards > 0).Shards;
    }

    [Fact]
    public async Task Work_that_cannot_be_shared_is_done_by_one_process_and_taken_over_by_the_next()
    {
        var from = Node.CreateTopic(2);
        await using var first = await ConnectAsync();
        await using var second = await ConnectAsync();
        await using var running = await StartAsync(Copying(from), first);
        await UntilAsync(() => running.State == JobState.Running, [running]);
        await using var waiting = await StartAsync(Copying(from), second);
        Node.Write(from, ["a", "b"]);
        await UntilAsync(() => running.Status.RecordsRead == 2 && waiting.State == JobState.Waiting, [running, waiting]);
        Assert.Equal(
            "Another process runs the pipeline, and this one waits to take over. Its work cannot be shared: sink 'out' may need the "
                + "results of the whole pipeline.",
            waiting.Diagnose().ToString());
        Assert.Equal(["sink 'out' may need the results of the whole pipeline"], Copying(from).Explain().ReasonsNotToShare);

        await running.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
        Node.Write(from, ["c"]);
        await UntilAsync(() => waiting is { State: JobState.Running, Status.RecordsRead: 1 }, [waiting]);
        await waiting.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Processes_that_share_have_copies_of_what_the_other_has_and_give_the_results_of_one()
    {
        var from = Node.CreateTopic(6);
        await using var first = await ConnectAsync();
        await using var second = await ConnectAsync();
        await using var running = await StartAsync(Standing(from), first, standbys: 1);
        Node.Write(from, Enumerable.Range(0, 3000).Select(i => $"{i}"));
        await UntilAsync(() => running.Status.StateEntries == 3000, [running]);
        await using var joining = await StartAsync(Standing(from), second, standbys: 1);
        Job[] jobs = [running, joining];
        await UntilAsync(() => IsCopied(running, joining) && IsCopied(joining, running), jobs);
        Node.Write(from, Enumerable.Range(0, 3000).Select(i => $"{i}"));
        await UntilAsync(() => jobs.Sum(static job => job.Status.RecordsRead) >= 3000 && Node.Read(Counts(from)).Count == 6000, jobs);

        await running.StopAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
        await UntilAsync(() => joining.Status is { StateEntries: 3000, Copies.Count: 0 }, jobs);
        Node.Write(from, Enumerable.Range(0, 3000).Select(i => $"{i}"));

        var counts = Node.Follow(Counts(from)).Take(9000).Select(static record => record.Message.Value!).Order(StringComparer.Ordinal);
        Assert.Equal(
            Enumerable.Range(0, 3000).SelectMany(static number => Enumerable.Range(1, 3).Select(round => $"{number}: {round}"))
                .Order(StringComparer.Ordinal),
            counts);

        static bool IsCopied(Job job, Job by)
            => job.Status.StateEntries is > 0 and < 3000
            && by.Status.Copies.Sum(static copy => copy.Entries) == job.Status.StateEntries;
    }

    [Fact]
    public async Task A_value_that_cannot_be_written_to_another_process_is_a_dead_letter()
    {
        var from = Node.CreateTopic(6);
        await using var first = await ConnectAsync();
        await using var second = await ConnectAsync();
        var jobs = await Task.WhenAll(StartAsync(Naming(from), first), StartAsync(Naming(from), second));
        await UntilSharedAsync(jobs);
        Node.Write(from, Enumerable.Range(0, 200).Select(i => $"{i}"));
        await UntilAsync(() => jobs.Sum(static job => job.Status.RecordsRead) == 200, jobs);
        await jobs[0].DrainAsync(TestContext.Current.CancellationToken).WaitAsync(Longest, TestContext.Current.CancellationToken);
        await jobs[1].Completion.WaitAsync(Longest, TestContext.Current.CancellationToken);

        var (named, rejected) = (Topic.Of<long>(Counts(from), 1).ReadAll(first).Count(), jobs.Sum(static job => job.Status.DeadLetters));
        Assert.InRange(rejected, 1, 99);
        Assert.Equal(200, named + rejected);
    }

    [Fact]
    public async Task A_sink_that_says_it_may_be_shared_and_saves_bytes_stops_the_job()
    {
        var from = Node.CreateTopic(2);
        await using var first = await ConnectAsync();
        await using var second = await ConnectAsync();
        var jobs = await Task.WhenAll(
            StartAsync(Copying(from, mayBeShared: true), first), StartAsync(Copying(from, mayBeShared: true), second));

        var failed = await Task.WhenAny(jobs.Select(static job => job.Completion))
            .WaitAsync(Longest, TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<CheckpointException>(() => failed);
        Assert.Contains("'out' saves bytes in checkpoints beside its states", error.Message, StringComparison.Ordinal);
        foreach (var job in jobs) await job.CancelAsync();
    }

    [Fact]
    public async Task A_partition_that_is_added_is_read_by_one_of_the_processes()
    {
        var (from, to) = (Node.CreateTopic(2), Node.CreateTopic(1)); // so few that a process may have none
        var watched = Node.Cluster.With("topic.metadata.refresh.interval.ms", "100");
        await using var first = await ConnectAsync();
        await using var second = await ConnectAsync();
        var jobs = await Task.WhenAll(StartAsync(Reading(), first), StartAsync(Reading(), second));
        await UntilSharedAsync(jobs);
        Node.Write(from, Enumerable.Range(0, 100).Select(static i => $"{i}"));

        Node.Ask(admin => admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = from, IncreaseTo = 5 }]));
        for (var partition = 2; partition < 5; partition++)
            Node.Write(from, [new Message<string?, string?> { Value = $"{98 + partition}" }], partition);

        Assert.Equal(
            Enumerable.Range(0, 103), Node.Follow(to).Take(103).Select(static record => int.Parse(record.Message.Value!)).Order());
        foreach (var job in jobs) await job.CancelAsync();
        Assert.Equal(103, Node.Read(to).Count);

        Pipeline Reading()
        {
            var pipeline = new Pipeline($"added-{from}");
            pipeline.From(Source.Kafka<string>(from, watched)).To(Topic.Of<string>(to, 1));
            return pipeline;
        }
    }

    [Fact]
    public async Task A_file_that_a_process_does_not_see_is_an_error_that_names_the_process()
    {
        using var folder = new TemporaryFolder();
        await using var log = await ConnectAsync();
        var pipeline = new Pipeline($"lines-{Node.CreateTopic()}");
        pipeline.From(Source.JsonLines<string>(folder["in.jsonl"])).To(Topic.Of<string>($"{pipeline.Name}-out"));

        var error = await Assert.ThrowsAsync<ConnectorException>(() => StartAsync(pipeline, log));

        Assert.StartsWith($"Process {Environment.MachineName}/{Environment.ProcessId}: File '", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Each process of the pipeline needs the same input.", error.Message, StringComparison.Ordinal);
    }

    private static Pipeline Copying(string from, bool mayBeShared = false)
    {
        var pipeline = new Pipeline($"copy-{from}");
        pipeline.From(Topic.Of<string>(from, 2)).To(new WholeSink(mayBeShared));
        return pipeline;
    }

    /// <summary>Numbers names by key; every second is of a type that is not the declared one.</summary>
    private static Pipeline Naming(string from)
    {
        var pipeline = new Pipeline($"naming-{from}") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(Topic.Of<string>(from, 6))
            .Select(static text => int.Parse(text) % 2 == 0 ? new Named(text) : new LongNamed(text))
            .KeyBy(static named => named.Name).Process(static () => new Numbering<Named>()).Values().To(Topic.Of<long>(Counts(from), 1));
        return pipeline;
    }

    /// <summary>Counts numbers by their last digit in windows of 100, and then by window alone.</summary>
    private static Pipeline Counting(string from)
    {
        var pipeline = new Pipeline($"counting-{from}");
        var numbers = pipeline.From(Topic.Of<string>(from, 6)).Select(static text => long.Parse(text))
            .WithEventTime(static number => number, maxOutOfOrderness: TimeSpan.FromSeconds(10));
        numbers.KeyBy(static number => number % 10).Process(static () => new Reminding()).Values().To(Topic.Of<long>(Timers(from), 1));
        numbers.KeyBy(static number => number % 10).Window(Tumbling.Every(TimeSpan.FromMilliseconds(100)))
            .Aggregate(static a => a.Count(), static (digit, window, count) => $"{window.Start.ToUnixTimeMilliseconds()} {digit} {count}")
            .Values().To(Topic.Of<string>(Counts(from), 1));
        return pipeline;
    }

    /// <summary>Copies texts, with the number of a split's records as its watermark.</summary>
    private static Pipeline Timing(string from)
    {
        var pipeline = new Pipeline($"timing-{from}");
        pipeline.From(Topic.Of<string>(from, 6)).WithEventTime(static text => long.Parse(text), new Counted())
            .KeyBy(static text => text).Window(Tumbling.Every(TimeSpan.FromMilliseconds(100)))
            .Aggregate(static a => a.Count(), static (_, _, count) => count).Values().To(Topic.Of<long>(Counts(from), 1));
        return pipeline;
    }

    /// <summary>Counts each number.</summary>
    private static Pipeline Standing(string from)
    {
        var pipeline = new Pipeline($"standing-{from}");
        pipeline.From(Topic.Of<string>(from, 6)).KeyBy(static text => text)
            .Process(static () => new CountingTexts()).Values().To(Topic.Of<string>(Counts(from), 1));
        return pipeline;
    }

    private static string Counts(string from) => $"{from}-counts";

    private static string Timers(string from) => $"{from}-timers";

    private Task<KafkaLog> ConnectAsync() => Members.ConnectAsync(Node);

    internal record Named(string Name);

    internal sealed record LongNamed(string Name) : Named(Name);

    private sealed class Counted : WatermarkGenerator<string, long>
    {
        public override string Name => "counted";

        public override long Create() => 0;

        public override long Add(long state, string value, long time) => state + 1;

        public override long Watermark(long state, long newest) => state;
    }

    /// <summary>Counts a text.</summary>
    private sealed class CountingTexts : KeyedProcess<string, string, int, string>
    {
        public override void OnRecord(in Record<string> record, ref int count, ProcessContext<string, string> context)
            => context.Emit($"{context.Key}: {++count}");
    }

    /// <summary>Numbers the records of a key.</summary>
    private sealed class Numbering<T> : KeyedProcess<string, T, long, long>
    {
        public override void OnRecord(in Record<T> record, ref long state, ProcessContext<string, long> context)
            => context.Emit(++state);
    }

    /// <summary>Sets a timer 5 ms behind each record, and emits the times at which they fire.</summary>
    private sealed class Reminding : KeyedProcess<long, long, int, long>
    {
        public override void OnRecord(in Record<long> record, ref int state, ProcessContext<long, long> context)
            => context.SetTimer(record.Timestamp + 5);

        public override void OnTimer(long timestamp, ref int state, ProcessContext<long, long> context) => context.Emit(timestamp);
    }

    /// <summary>A sink that saves a byte in each checkpoint.</summary>
    private sealed class WholeSink(bool mayBeShared) : Sink<string>
    {
        public override string Name => "out";

        public override bool MayBeShared => mayBeShared;

        public override string Guarantee => "none";

        public override SinkWriter<string> Open(ReadOnlyMemory<byte> state, SinkContext context) => new Writer();

        private sealed class Writer : SinkWriter<string>
        {
            public override void Write(in Record<string> record)
            {
            }

            public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output) => new byte[] { 1 };
        }
    }
}
