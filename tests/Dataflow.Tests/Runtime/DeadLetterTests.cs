using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Runtime;

/// <summary>Records on which code fails, in a pipeline that keeps dead letters of them.</summary>
public sealed class DeadLetterTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly LogStore _log = SimulatedJob.OpenLog();
    private readonly MemorySink<int> _results = Sink.Memory<int>();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Leaves_out_the_records_that_a_step_fails_on_and_says_where_they_stand(int workers)
    {
        Fill();

        var status = Run(Pipeline(s => s.Select(Good, name: "to-value")), workers);

        Assert.Equal([0, 1, 2, 4, 5, 6, 7, 9], _results.Committed.Order());
        Assert.Equal(["to-value numbers[0]@3 It is 3.", "to-value numbers[0]@8 It is 8."], Letters());
        Assert.Equal((10, 8, 2), Counts(status, "to-value"));
        Assert.Equal(2, status.DeadLetters);
    }

    [Fact]
    public void Every_step_of_one_record_can_leave_it_out()
    {
        Fill();
        Check("where", s => s.Where(x => Good(x) >= 0));
        Check("where", s => s.KeyBy(x => x).Where(x => Good(x) >= 0).Values());
        Check("select", s => s.KeyBy(x => x).Select(Good).Values());
        Check("select-many", s => s.SelectMany(x => new[] { Good(x) }));
        Check("select-many", s => s.SelectMany(x => Enumerable.Repeat(x, 1).Select(Good)));
        Check("key-by", s => s.KeyBy(Good).Values());
        Check("event-time", s => s.WithEventTime(x => (long)Good(x)));
        Check("map-async", s => s.MapAsync(x => Task.FromResult(Good(x))));
        Check("map-async", s => s.MapAsync(async x =>
        {
            await Task.Yield();
            return Good(x);
        }));
        Check("process", s => s.KeyBy(x => x).Process(() => new Echo()).Values());
        Check("join",
            s => s.KeyBy(x => x).Join(s.Pipeline.Table(Source.Of(Enumerable.Range(0, 10), "rows"), x => x), (x, _) => Good(x)).Values());
        Check("batch", s => s.Batch(1, cost: x => Good(x), maxCost: 100).SelectMany(list => list));
        Check("latest-by", s => s.KeyBy(x => x).LatestBy(Good).Changes().Values().Select(change => change.New));
        Check("top-n", s => s.KeyBy(x => x).TopN(1, Good).Changes().Values().Select(change => change.New![0]));
        Check("rows-select", s => s.KeyBy(x => x).ToTable().Select(Good, "rows-select").Changes().Values().Select(change => change.New));
        Check("aggregate", s => s.KeyBy(x => x).Aggregate(a => a.Max(x => Good(x)), (_, max) => max).Changes().Values().Select(c => c.New));
        Check("tables", s =>
        {
            var rows = s.KeyBy(x => x).ToTable();
            return rows.Join(rows.Where(_ => true), (x, _) => Good(x), "tables").Changes().Values().Select(change => change.New);
        });
    }

    [Fact]
    public void So_can_the_steps_that_put_records_in_the_order_of_time_first()
    {
        Fill();
        var one = Pattern.Begin<int>("one", x => x >= 0);
        CheckTimed("match", s => s.Match(Pattern.Begin<int>("one", x => Good(x) >= 0), (_, match) => match.All[0]));
        CheckTimed("match", s => s.Match(one, (_, match) => Good(match.All[0])));
        CheckTimed("match", s =>
        {
            s.Match(one.FollowedBy("two", _ => false).Within(Second), (_, match) => Good(match.All[0]), out var timedOut);
            return timedOut;
        });
        CheckTimed("behind", s => s.Match(one, (_, match) => match.All[0]).Select(Good, "behind"));
        CheckTimed("as-of", s => s.LeftJoinAsOf(s.Where(_ => false), (x, _) => Good(x), name: "as-of"));
        CheckTimed("pairs", s => s.JoinInterval(s.Where(_ => true), -Second, Second, (x, _) => Good(x), "pairs"));
        CheckTimed("pairs", s => s.LeftJoinInterval(s.Where(_ => false), -Second, Second, (x, _) => Good(x), "pairs"));
        CheckTimed("pairs", s => s.Where(_ => false).RightJoinInterval(s, -Second, Second, (_, x) => Good(x), "pairs"));
    }

    [Fact]
    public void A_record_that_brings_accumulators_together_which_cannot_be_merged_is_named()
    {
        _log.Append("numbers", [0, 20, 10]);
        var pipeline = new Pipeline("bad") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(Numbers).WithEventTime(x => x, Second).KeyBy(_ => 0).Window(Session.WithGap(Second / 100))
            .Aggregate(_ => new Unmergeable(), (_, _, sum) => sum).To(_results);

        Run(pipeline, workers: 1);

        Assert.Equal([0, 20], _results.Committed);
        Assert.Equal(["window-aggregate numbers[0]@2 They do not fit."], Letters());
    }

    [Fact]
    public void A_window_leaves_the_record_out_and_knows_no_key_that_has_only_such()
    {
        Fill();
        var sums = Sink.Memory<(int, long)>();
        var pipeline = new Pipeline("bad") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(Numbers).WithEventTime(x => x).KeyBy(x => x == 8 ? 8 : x % 2).Window(Tumbling.Every(Second))
            .Aggregate(a => a.Sum(x => Good(x)), (key, _, sum) => (key, sum)).To(sums);

        Run(pipeline, workers: 2);

        Assert.Equal([(0, 12), (1, 22)], sums.Committed.Order());
        Assert.Equal(["window-aggregate numbers[0]@3 It is 3.", "window-aggregate numbers[0]@8 It is 8."], Letters());
    }

    [Fact]
    public void Of_several_aggregates_none_takes_a_record_that_one_of_them_fails_on()
    {
        Fill();
        var windows = Sink.Memory<(long, long)>("windows");
        var rows = Sink.Memory<(long, long)>("rows");
        var pipeline = new Pipeline("bad") { OnError = ErrorPolicy.DeadLetter() };
        var keyed = pipeline.From(Numbers).WithEventTime(x => x).KeyBy(_ => 0);
        keyed.Window(Tumbling.Every(Second)).Aggregate(a => (a.Count(), a.Sum(x => Good(x))), (_, _, count, sum) => (count, sum))
            .To(windows);
        keyed.Aggregate(a => (a.Count(), a.Sum(x => Good(x))), (_, count, sum) => (count, sum)).Changes().Select(change => change.New)
            .To(rows);

        Run(pipeline, workers: 2);

        Assert.Equal([(8, 34)], windows.Committed);
        Assert.Equal((8, 34), rows.Committed[^1]);
    }

    [Fact]
    public void A_source_of_a_users_own_goes_on_behind_a_record_that_it_rejects()
    {
        var pipeline = new Pipeline("bad") { OnError = ErrorPolicy.DeadLetter() };
        pipeline.From(new OddSource()).To(_results);

        var status = Run(pipeline, workers: 1);

        Assert.Equal([0, 2, 4], _results.Committed);
        Assert.Equal(["odd odd@1 It is odd.", "odd odd@3 It is odd."], Letters());
        Assert.Equal(2, status.Splits[0].DeadLetters);
    }

    [Fact]
    public void What_fails_without_a_record_at_hand_has_a_letter_without_position()
    {
        Fill();
        var pipeline = new Pipeline("bad") { OnError = ErrorPolicy.DeadLetter() };
        const string First = "Window from 1970-01-01T00:00:00Z to 1970-01-01T00:00:01Z: ";
        var timed = pipeline.From(Numbers).WithEventTime(x => x).KeyBy(x => x);
        timed.Window(Tumbling.Every(Second)).Aggregate(a => a.Count(), (key, _, _) => Good(key)).To(_results);
        timed.Process(() => new Alarm()).To(Sink.Memory<int>("alarms"));
        timed.Match(Pattern.Begin<int>("one", x => x > 0), (key, _) => Good(key)).To(Sink.Memory<int>("matches"));

        Run(pipeline, workers: 2);

        Assert.Equal([0, 1, 2, 4, 5, 6, 7, 9], _results.Committed.Order());
        Assert.Equal(
            ["match numbers[0]@3 It is 3.", "match numbers[0]@8 It is 8.", // of a match: its last record
                "process @-1 Timer of 1970-01-01T00:00:00.003Z: It is 3.", "process @-1 Timer of 1970-01-01T00:00:00.008Z: It is 8.",
                $"window-aggregate @-1 {First}It is 3.",
                $"window-aggregate @-1 {First}It is 8."], Letters());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Each_night_the_new_letters_alone_are_replayed_wherever_the_program_ended(bool endsBeforeTrim, bool endsBeforeForget)
    {
        var (again, stop) = (Topic.Of<int>("again"), TestContext.Current.CancellationToken);
        for (var day = 0; day < 3; day++)
        {
            _log.Append("numbers", [(10 * day) + 3, (10 * day) + 4]);
            var job = SimulatedJob.Start(Day(), _log);
            job.RunUntilIdle();
            job.Checkpoint();
            job.Close();
            var ends = day == 0 && (endsBeforeTrim || endsBeforeForget);
            job = SimulatedJob.Start(Mended(), _log);
            job.Run();
            if (ends && endsBeforeTrim) continue;
            await _log.TrimAsync("bad.dead-letters", 0, job.Status.Splits.Single().Position, stop);
            if (!ends) await Mended().ForgetAsync(new JobOptions { Log = _log }, stop);
        }

        // Where the program ended, the next night does what was left to do, and the letters of two days come the night after.
        Assert.Equal([3, 13, 23], again.ReadAll(_log).Order());

        Pipeline Mended()
        {
            var pipeline = new Pipeline("mended");
            pipeline.From(Source.Replay(Topic.Of<int>("numbers"), deadLettersOf: "bad")).To(again);
            return pipeline;
        }

        Pipeline Day()
        {
            var pipeline = new Pipeline("bad") { OnError = ErrorPolicy.DeadLetter() };
            pipeline.From(Topic.Of<int>("numbers")).Select(Good).To(_results);
            return pipeline;
        }
    }

    [Fact]
    public void Letters_are_written_exactly_once_though_the_job_is_restarted()
    {
        _log.Append("numbers", Enumerable.Range(0, 500), partition: 0, partitions: 2);
        _log.Append("numbers", Enumerable.Range(500, 500), partition: 1, partitions: 2);
        for (var run = 0; run < 6; run++)
        {
            var job = SimulatedJob.Start(Pipeline(s => s.Select(Good)), _log, workers: 1 + (run % 3), seed: run);
            for (var step = 0; step < 5 + run; step++) job.Step();
            if (run % 2 == 0) job.Checkpoint();
            for (var step = 0; step < 5; step++) job.Step(); // lost with the crash
            job.Close();
        }

        Run(Pipeline(s => s.Select(Good)), workers: 2);

        var bad = Enumerable.Range(0, 1000).Where(x => x % 5 == 3).ToList();
        Assert.Equal(Enumerable.Range(0, 1000).Except(bad), _results.Committed.Order());
        Assert.Equal(bad.Select(x => $"select numbers[{x / 500}]@{x % 500} It is {x}.").Order(StringComparer.Ordinal), Letters());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Too_many_since_the_last_checkpoint_stop_the_job_and_none_of_them_is_written(int workers)
    {
        _log.Append("numbers", Enumerable.Repeat(3, 6), partition: 0, partitions: 2);
        _log.Append("numbers", Enumerable.Repeat(3, 6), partition: 1, partitions: 2);
        var job = SimulatedJob.Start(Pipeline(s => s.Select(Good), ErrorPolicy.DeadLetter(maxDeadLetters: 11)), _log, workers);

        var error = Assert.Throws<OperatorException>(job.Run);

        job.Close();
        Assert.Matches(
            @"^Operator 'select' failed on numbers\[\d\]@5: It is 3\. These are more than 11 dead letters since the last checkpoint, "
            + @"the most that the pipeline allows; none of them was written\. Correct the operator or the input, or allow more, "
            + @"then start the job again\.$",
            error.Message);
        Assert.Empty(Letters());
        Run(Pipeline(s => s.Select(Good), ErrorPolicy.DeadLetter(maxDeadLetters: 12)), workers);
        Assert.Equal(12, Letters().Count);
    }

    [Fact]
    public void A_topic_is_read_on_behind_a_record_that_does_not_decode()
    {
        var records = new RecordBuffer();
        records.Append(0, [0xA1, (byte)'x']); // a text
        Fill();
        _log.AppendBytes("numbers", records);
        Fill();

        var status = Run(Pipeline(s => s), workers: 2);

        Assert.Equal(20, _results.Committed.Count);
        Assert.StartsWith("numbers numbers[0]@10 ", Assert.Single(Letters()), StringComparison.Ordinal);
        Assert.Equal((21, 20, 1), (status.Splits[0].Position, status.Splits[0].Read, status.Splits[0].DeadLetters));
    }

    [Fact]
    public void The_plan_shows_it()
    {
        Assert.StartsWith("Pipeline 'bad', on error: dead letter, at most 1000 in a checkpoint\n", Pipeline(s => s).Explain().ToString());
        Assert.StartsWith(
            "Pipeline 'bad', on error: dead letter\n", Pipeline(s => s, ErrorPolicy.DeadLetter(long.MaxValue)).Explain().ToString());
        Assert.StartsWith("Pipeline 'bad'\n", Pipeline(s => s, ErrorPolicy.Stop).Explain().ToString());
        Assert.Throws<ArgumentNullException>(() => new Pipeline("bad") { OnError = null! });
        Assert.Throws<ArgumentOutOfRangeException>(() => ErrorPolicy.DeadLetter(-1));
    }

    private static Topic<int> Numbers => Topic.Of<int>("numbers").StopAtEnd();

    private static int Good(int value) => value % 5 == 3 ? throw new InvalidOperationException($"It is {value}.") : value;

    private static (long In, long Out, long DeadLetters) Counts(JobStatus status, string name)
    {
        var step = status.Steps.Single(step => step.Name == name);
        return (step.In, step.Emitted, step.DeadLetters);
    }

    private void Fill() => _log.Append("numbers", Enumerable.Range(0, 10));

    private Pipeline Pipeline(Func<Stream<int>, Stream<int>> steps, ErrorPolicy? policy = null, string name = "bad")
    {
        var pipeline = new Pipeline(name) { OnError = policy ?? ErrorPolicy.DeadLetter() };
        steps(pipeline.From(Numbers)).To(_results);
        return pipeline;
    }

    private void Check(string step, Func<Stream<int>, Stream<int>> steps)
    {
        var name = $"bad-{Guid.NewGuid():N}";
        Run(Pipeline(steps, name: name), workers: 2);
        Assert.Equal([0, 1, 2, 4, 5, 6, 7, 9], _results.Committed.Order());
        Assert.Equal([$"{step} numbers[0]@3 It is 3.", $"{step} numbers[0]@8 It is 8."], Letters(name));
    }

    private void CheckTimed(string step, Func<KeyedStream<int, int>, KeyedStream<int, int>> steps)
        => Check(step, s => steps(s.WithEventTime(x => x).KeyBy(x => x)).Values());

    private JobStatus Run(Pipeline pipeline, int workers)
    {
        var job = SimulatedJob.Start(pipeline, _log, workers);
        job.Run();
        return job.Status;
    }

    private IReadOnlyList<string> Letters(string pipeline = "bad")
        => [.. Topic.Of<DeadLetter>($"{pipeline}.dead-letters").ReadAll(_log)
            .Select(letter => $"{letter.Step} {letter.Source}@{letter.Position} {letter.Reason}").Order(StringComparer.Ordinal)];

    private sealed class Unmergeable : Aggregation<int, int, int>
    {
        public override string Name => "unmergeable";

        public override int Create() => 0;

        public override void Add(ref int accumulator, in int value) => accumulator += value;

        public override void Merge(ref int accumulator, in int other)
        {
            if (accumulator != 0) throw new InvalidOperationException("They do not fit.");
            accumulator += other;
        }

        public override int Result(in int accumulator) => accumulator;
    }

    private sealed class Echo : KeyedProcess<int, int, int, int>
    {
        public override void OnRecord(in Record<int> record, ref int state, ProcessContext<int, int> context)
            => context.Emit(Good(record.Value));
    }

    private sealed class Alarm : KeyedProcess<int, int, int, int>
    {
        public override void OnRecord(in Record<int> record, ref int state, ProcessContext<int, int> context)
            => context.SetTimer(record.Value);

        public override void OnTimer(long timestamp, ref int state, ProcessContext<int, int> context) => context.Emit(Good((int)timestamp));
    }

    /// <summary>Has the numbers from 0 to 4 and cannot read odd ones.</summary>
    private sealed class OddSource : Source<int>
    {
        public override string Name => "odd";

        public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => [new("odd")];

        public override SourceReader<int> Open(SourceSplit split, long position, SourceContext context) => new Reader(split, position);

        private sealed class Reader(SourceSplit split, long position) : SourceReader<int>
        {
            private long _next = position;

            public override long Position => _next;

            public override bool IsFinished => _next == 5;

            public override int Read(Span<Record<int>> records)
            {
                var count = 0;
                for (; count < records.Length && !IsFinished; _next++)
                {
                    if (_next % 2 == 0) records[count++] = new((int)_next, 0, new RecordOrigin(split.Id, _next));
                    else Reject(OperatorException.CouldNotRead("odd", split.Name, _next, typeof(int), new FormatException("It is odd.")));
                }

                return count;
            }
        }
    }
}
