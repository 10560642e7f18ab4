using System.Buffers;
using System.Collections.Concurrent;
using CsCheck;
using Dataflow.Checkpoints;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Runtime;

/// <summary>Checkpoints, stops and cancellations while steps take their time with each record.</summary>
public sealed class PromptnessTests : IDisposable
{
    private static readonly TimeSpan Slowly = TimeSpan.FromMilliseconds(20);

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly SimulatedClock _clock = new();
    private readonly BlockingCollection<int> _seen = [];
    private readonly SemaphoreSlim _mayGoOn = new(0);
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(20));

    public void Dispose()
    {
        _log.Dispose();
        _seen.Dispose();
        _mayGoOn.Dispose();
        _limit.Dispose();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 3)]
    [InlineData(3, 2)]
    public void A_checkpoint_waits_for_the_record_at_hand_and_not_for_the_rest_of_a_read(int before, int after)
    {
        _log.Append("numbers", Enumerable.Range(0, 500));
        var results = Sink.Memory<int>();
        SimulatedJob job = null!;
        job = Start(Slow(results, x => AskAt(x, 100, () => job)), before);
        while (results.Committed.Count == 0) job.Step();
        Assert.Equal(Enumerable.Range(0, 101), results.Committed);
        job.Close();

        Start(Slow(results, _ => { }), after).Run();
        Assert.Equal(Enumerable.Range(0, 500), results.Committed);
    }

    [Fact]
    public void A_step_that_becomes_slow_in_the_midst_of_a_read_is_not_waited_for_longer()
    {
        _log.Append("numbers", Enumerable.Range(0, 1000));
        var results = Sink.Memory<int>();
        SimulatedJob job = null!;
        job = Start(Slow(results, x => AskAt(x, 905, () => job), isSlow: x => x > 900));
        while (results.Committed.Count == 0) job.Step();
        Assert.Equal(Enumerable.Range(0, 906), results.Committed);
    }

    /// <summary>At one worker there is no exchange; at more each may have one record in flight to the slow worker and one that waits to
    /// be.</summary>
    [Fact]
    public void A_checkpoint_waits_for_two_records_of_each_worker_behind_an_exchange()
    {
        (from workers in Gen.Int[1, 4]
         from keys in Gen.Int[1, 20]
         from moment in Gen.Int[1, 150]
         from seed in Gen.Int[0, 1000]
         select (workers, keys, moment, seed)).Sample(
            run =>
            {
                using var log = SimulatedJob.OpenLog();
                log.Append("numbers", Enumerable.Range(0, 400));
                var handled = 0;
                var results = Sink.Memory<int>();
                var pipeline = new Pipeline("slow");
                pipeline.From(Topic.Of<int>("numbers").StopAtEnd()).KeyBy(x => x % run.keys).Process(() => new All()).Select(sum =>
                {
                    _clock.Advance(Slowly);
                    handled++;
                    return sum;
                }).To(results);
                var job = SimulatedJob.Start(
                    pipeline, log, run.workers, run.seed, _clock, with: static options => options with { ReadRecords = 1024 });
                while (handled < run.moment) job.Step();

                var before = handled;
                job.Begin();
                while (results.Committed.Count == 0) job.Step();

                Assert.InRange(results.Committed.Count - before, 0, run.workers == 1 ? 1 : 2 * run.workers * run.workers);
                job.Close();
            },
            iter: 30, threads: 1);
    }

    [Fact]
    public void What_could_not_be_decoded_in_a_read_that_was_cut_short_becomes_a_dead_letter_once()
    {
        var records = new RecordBuffer();
        for (var i = 0; i < 100; i++)
        {
            var bytes = new ArrayBufferWriter<byte>();
            if (i % 10 != 5) Serde<int>.Default.Write(i, bytes);
            records.Append(0, bytes.WrittenSpan); // ten are of no bytes
        }

        _log.AppendBytes("numbers", records);
        var results = Sink.Memory<int>();
        SimulatedJob job = null!;
        job = Start(Slow(results, x => AskAt(x, 42, () => job)));
        while (results.Committed.Count == 0) job.Step();
        Assert.Equal(42, results.Committed[^1]);
        job.Close();

        Start(Slow(results, _ => { })).Run();
        Assert.Equal(Enumerable.Range(0, 100).Where(i => i % 10 != 5), results.Committed);
        Assert.Equal(
            Enumerable.Range(0, 10).Select(i => (long)((10 * i) + 5)),
            Topic.Of<DeadLetter>("slow.dead-letters").ReadAll(_log).Select(letter => letter.Position));
    }

    [Fact]
    public void What_was_removed_from_a_split_since_is_not_taken_for_what_was_handled()
    {
        var handled = new HandledPart(Records: 10, UpTo: 41, Rejects: 0, RejectsUpTo: 0);
        Assert.True(handled.Covers(new RecordOrigin(0, 41), before: 2));
        Assert.False(handled.Covers(new RecordOrigin(0, 42), before: 2));
        Assert.Null(handled.Behind(3, isEnd: true));
        Assert.Equal(handled, handled.Behind(3, isEnd: false));

        var counted = handled with { UpTo = null };
        Assert.True(counted.Covers(new RecordOrigin(0, 1000), before: 9));
        Assert.False(counted.Covers(new RecordOrigin(0, 1), before: 10));
        Assert.Equal(7, counted.Behind(3, isEnd: false)!.Records);
        Assert.Null(counted.Behind(10, isEnd: false));
    }

    [Fact]
    public void Random_checkpoints_stops_and_workers_handle_every_record_of_slow_reads_once()
    {
        (from lives in Gen.Select(Gen.Int[1, 4], Gen.Int[1, 60], Gen.Int[1, 64]).Array[1, 5]
         from records in Gen.Int[1, 300]
         from rejects in Gen.Int[2, 20]
         from seed in Gen.Int[0, 1000]
         select (lives, records, rejects, seed)).Sample(
            run =>
            {
                using var log = SimulatedJob.OpenLog();
                log.AppendBytes("numbers", Numbers(run.records, run.rejects));
                var results = Sink.Memory<int>();
                foreach (var (workers, turns, reads) in run.lives)
                {
                    var job = Cut(log, results, workers, run.seed, reads);
                    for (var turn = 0; turn < turns && !job.HasFinished; turn++) job.Step();
                    job.Close();
                }

                Cut(log, results, 1, run.seed, 64).Run();
                Assert.Equal(Enumerable.Range(0, run.records).Where(i => i % run.rejects != 1), results.Committed.Order());
                Assert.Equal(
                    Enumerable.Range(0, run.records).Where(i => i % run.rejects == 1).Select(i => (long)i),
                    Topic.Of<DeadLetter>("slow.dead-letters").ReadAll(log).Select(letter => letter.Position));
            },
            iter: 100, threads: 1);

        SimulatedJob Cut(LogStore log, MemorySink<int> results, int workers, int seed, int reads)
        {
            var pipeline = new Pipeline("slow") { OnError = ErrorPolicy.DeadLetter() };
            pipeline.From(Topic.Of<int>("numbers").StopAtEnd()).Select(x => x).To(results);
            return SimulatedJob.Start(
                pipeline, log, workers, seed, _clock, TimeSpan.FromMilliseconds(7),
                with: options => options with { ReadRecords = reads, LongestTurn = TimeSpan.FromTicks(-1) });
        }
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    public async Task Cancelling_waits_for_the_record_at_hand_only(int workers, bool isBehindExchange)
    {
        var stop = TestContext.Current.CancellationToken;
        _log.Append("numbers", Enumerable.Range(0, 1000));
        var pipeline = new Pipeline("slow");
        var numbers = pipeline.From(Topic.Of<int>("numbers"));
        if (isBehindExchange) numbers.KeyBy(_ => 1).Process(() => new All()).Select(Wait).To(Sink.Memory<int>());
        else numbers.Select(Wait).To(Sink.Memory<int>());
        await CancelAsync(pipeline, workers, stop);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Cancelling_does_not_wait_for_all_that_a_step_hands_out_at_once(int workers)
    {
        var stop = TestContext.Current.CancellationToken;
        _log.Append("numbers", [1]);
        var pipeline = new Pipeline("slow");
        pipeline.From(Topic.Of<int>("numbers")).SelectMany(_ => Enumerable.Range(0, 1000)).Select(Wait).To(Sink.Memory<int>());
        await CancelAsync(pipeline, workers, stop);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Cancelling_does_not_wait_for_all_results_of_a_window(int workers)
    {
        var stop = TestContext.Current.CancellationToken;
        _log.Append("numbers", Enumerable.Range(0, 1000));
        var pipeline = new Pipeline("slow");
        pipeline.From(Topic.Of<int>("numbers").StopAtEnd()).WithEventTime(x => x).KeyBy(x => x)
            .Window(Tumbling.Every(TimeSpan.FromHours(1)))
            .Aggregate(all => all.Count(), (key, _, _) => Wait(key)).Select(x => x).To(Sink.Memory<int>());
        await CancelAsync(pipeline, workers, stop);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_step_that_hangs_is_named_with_its_worker_and_for_how_long(int workers)
    {
        var pipeline = new Pipeline("hangs");
        pipeline.From(Topic.Of<int>("numbers")).Where(x => x >= 10).Select(x => x + 1, "before").Select(Wait, "hanging")
            .Select(x => x, "after").To(Sink.Memory<int>());
        await HangsAsync(pipeline, workers, "hanging");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_step_that_hangs_is_named_behind_an_exchange_and_beside_another(int workers)
    {
        var pipeline = new Pipeline("hangs");
        var keyed = pipeline.From(Topic.Of<int>("numbers")).KeyBy(x => x % 2).Select(x => x, "before");
        keyed.Where(x => x % 3 == 0).Select(x => x).To(Sink.Memory<int>("others"));
        keyed.Select(Wait, "hanging").To(Sink.Memory<int>());
        keyed.Process(() => new All()).To(Sink.Memory<int>("not reached"));
        await HangsAsync(pipeline, workers, "hanging");
    }

    [Fact]
    public async Task Where_no_count_tells_which_step_hangs_those_that_may_are_named()
    {
        var pipeline = new Pipeline("hangs");
        pipeline.From(Topic.Of<int>("numbers")).SelectMany(x => new[] { Wait(x) }, "many").Select(x => x, "after").To(Sink.Memory<int>());
        await HangsAsync(pipeline, 1, "many");
    }

    [Fact]
    public async Task A_source_that_hangs_is_named()
    {
        var pipeline = new Pipeline("hangs");
        pipeline.From(new HangingSource(Wait)).SelectMany(x => new[] { x }).To(Sink.Memory<int>());
        await HangsAsync(pipeline, 1, "hanging");
    }

    [Fact]
    public async Task A_sink_that_hangs_in_a_checkpoint_is_named()
    {
        var pipeline = new Pipeline("hangs");
        pipeline.From(Topic.Of<int>("numbers")).SelectMany(x => new[] { x }).To(new HangingSink(Wait));
        await HangsAsync(pipeline, 1, "hanging");
    }

    private async Task HangsAsync(Pipeline pipeline, int workers, string step)
    {
        var stop = TestContext.Current.CancellationToken;
        _log.Append("numbers", Enumerable.Range(0, 100));
        await using var job = await pipeline.StartAsync(new JobOptions { Log = _log, Workers = workers, Time = _clock }, stop);
        _clock.Advance(TimeSpan.FromSeconds(1)); // a checkpoint is due
        _seen.Take(stop);
        _mayGoOn.Release(1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _seen.Take(stop);

        _clock.Advance(TimeSpan.FromSeconds(90));
        var stage = job.Status.Stages.First(stage => stage.AtHand.Count > 0);
        Assert.Equal([step], stage.AtHand);
        Assert.InRange(stage.AtHandFor.TotalSeconds, 90, 92);
        var finding = job.Diagnose().Findings[0];
        Assert.Equal((FindingKind.StepHangs, step), (finding.Kind, finding.Where));
        Assert.StartsWith(
            $"Step '{step}' on worker {stage.Worker} has not come back for {stage.AtHandFor.TotalSeconds:0.0} s.", finding.Text,
            StringComparison.Ordinal);
        _mayGoOn.Release(1000);
    }

    private async Task CancelAsync(Pipeline pipeline, int workers, CancellationToken cancellationToken)
    {
        await using var job = await pipeline.StartAsync(new JobOptions { Log = _log, Workers = workers }, cancellationToken);
        _seen.Take(cancellationToken);

        var cancelling = job.CancelAsync();
        _mayGoOn.Release(workers);

        await cancelling.WaitAsync(TimeSpan.FromSeconds(20), cancellationToken);
        Assert.InRange(_seen.Count, 0, workers - 1);
    }

    private static RecordBuffer Numbers(int count, int rejects)
    {
        var records = new RecordBuffer();
        for (var i = 0; i < count; i++)
        {
            var bytes = new ArrayBufferWriter<byte>();
            if (i % rejects != 1) Serde<int>.Default.Write(i, bytes);
            records.Append(0, bytes.WrittenSpan); // those of no bytes cannot be decoded
        }

        return records;
    }

    private static void AskAt(int x, int at, Func<SimulatedJob> job)
    {
        if (x == at) job().Begin();
    }

    private int Wait(int x)
    {
        _seen.Add(x);
        _mayGoOn.Wait(_limit.Token); // ends the job where a test has failed
        return x;
    }

    private SimulatedJob Start(Pipeline pipeline, int workers = 1)
        => SimulatedJob.Start(pipeline, _log, workers, clock: _clock, with: static options => options with { ReadRecords = 1024 });

    /// <summary>Takes its time for each record.</summary>
    private Pipeline Slow(MemorySink<int> results, Action<int> onRecord, Func<int, bool>? isSlow = null)
    {
        var pipeline = new Pipeline("slow") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(Topic.Of<int>("numbers").StopAtEnd()).Select(x =>
        {
            onRecord(x);
            if (isSlow?.Invoke(x) != false) _clock.Advance(Slowly);
            return x;
        }).To(results);
        return pipeline;
    }

    private sealed class HangingSource(Func<int, int> wait) : Source<int>
    {
        public override string Name => "hanging";

        public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => [new("part")];

        public override SourceReader<int> Open(SourceSplit split, long position, SourceContext context) => new Reader(wait);

        private sealed class Reader(Func<int, int> wait) : SourceReader<int>
        {
            public override long Position => 0;

            public override bool IsFinished => false;

            public override int Read(Span<Record<int>> records) => wait(1) * 0;
        }
    }

    private sealed class HangingSink(Func<int, int> wait) : Sink<int>
    {
        public override string Name => "hanging";

        public override string Guarantee => "none";

        public override SinkWriter<int> Open(ReadOnlyMemory<byte> state, SinkContext context) => new Writer(wait);

        private sealed class Writer(Func<int, int> wait) : SinkWriter<int>
        {
            public override void Write(in Record<int> record)
            {
            }

            public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
            {
                wait(1);
                return default;
            }
        }
    }

    private sealed class All : KeyedProcess<int, int, int, int>
    {
        public override void OnRecord(in Record<int> record, ref int state, ProcessContext<int, int> context) => context.Emit(record.Value);
    }
}
