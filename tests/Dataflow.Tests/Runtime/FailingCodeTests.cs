using System.Buffers;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Runtime;

/// <summary>Code of a user's own that fails outside of the record at hand: whatever it is, the error names the step.</summary>
public sealed class FailingCodeTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public FailingCodeTests() => _log.Append("numbers", Enumerable.Range(0, 100), partitions: 2);

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("open", "Operator 'mine' failed: boom.")]
    [InlineData("process", "Operator 'mine' failed on numbers[0]@7: boom.")]
    [InlineData("batch", "Operator 'mine' failed: boom.")]
    [InlineData("advance", "Operator 'mine' failed: boom.")]
    [InlineData("close", "Operator 'mine' failed: boom.")]
    public void A_step_of_a_users_own(string failing, string text)
        => Fails(
            text,
            s => s.Add(input => new PassingNode("before", input, "")).Add(input => new PassingNode("mine", input, failing))
                .Add(input => new PassingNode("after", input, "")));

    [Fact]
    public void A_step_of_a_users_own_that_cannot_be_made_is_a_fault_of_the_plan()
    {
        var pipeline = new Pipeline("failing");
        pipeline.From(Topic.Of<int>("numbers")).Add(input => new PassingNode("mine", input, "create")).To(Sink.Memory<int>());

        Assert.Equal("Pipeline 'failing': step 'mine' cannot be made: boom", Assert.Throws<PlanException>(pipeline.Explain).Message);
    }

    [Theory]
    [InlineData("first", "Operator 'mine' failed on numbers[0]@7: boom.")]
    [InlineData("second", "Operator 'mine' failed on numbers[0]@7: boom.")]
    public void A_step_of_a_users_own_with_two_inputs(string failing, string text)
        => Fails(text, s => s.Add(s.Where(x => x > 5), (first, second) => new PassingTwoNode(first, second, failing)));

    [Theory]
    [InlineData("create")]
    [InlineData("merge")]
    [InlineData("result")]
    public void An_aggregate_of_a_users_own(string failing)
    {
        _log.Append("numbers", Enumerable.Range(100, 100), partition: 1); // so that what two workers have of a key is merged
        Fails(
            "Operator 'mine' failed",
            s => s.KeyBy(x => x % 10).Aggregate(_ => new FailingAggregate(failing), (_, sum) => sum, name: "mine").Changes(),
            least: failing == "merge" ? 2 : 1);
        var span = TimeSpan.FromMilliseconds(20);
        foreach (var window in new[] { Session.WithGap(span), Hopping.Of(span, span / 2) })
        {
            Fails(
                "Operator 'window-aggregate' failed",
                s => s.WithEventTime(TimeOf, TimeSpan.FromSeconds(1)).KeyBy(x => x % 10).Window(window)
                    .Aggregate(_ => new FailingAggregate(failing), (_, _, sum) => sum),
                step: "window-aggregate");
        }
    }

    [Fact]
    public void A_serde_that_fails_to_write_state()
        => Fails("Operator 'mine' could not write its state 'state' to a checkpoint: boom.", Keeps, p => p.UseSerde(new BoxSerde("write")));

    [Fact]
    public void A_serde_that_fails_to_read_state()
    {
        var job = Keep(new BoxSerde(""));
        while (job.Status.Steps.Sum(step => step.Emitted) < 100) job.Step();
        job.Checkpoint();
        job.Close();

        var error = Assert.Throws<CheckpointException>(() => Keep(new BoxSerde("read")));
        Assert.StartsWith(
            "Step 'mine': a serde failed to read a key or value of its state: boom. Correct the serde, or begin anew",
            error.Message, StringComparison.Ordinal);

        SimulatedJob Keep(BoxSerde serde)
        {
            var pipeline = new Pipeline("keeps").UseSerde(serde);
            Keeps(pipeline.From(Topic.Of<int>("numbers"))).Values().To(Sink.Memory<int>());
            return SimulatedJob.Start(pipeline, _log);
        }
    }

    [Theory]
    [InlineData("write", "Sink 'boxes', asked to write, failed on numbers[0]@0: boom.")]
    public void A_serde_that_fails_to_write_results(string failing, string text)
        => Fails(text, s => s, step: "boxes", end: s => s.Select(x => new Box(x)).To(Topic.Of("boxes", serde: new BoxSerde(failing))));

    [Fact]
    public void A_serde_that_fails_to_write_a_key()
        => Fails(
            "Operator 'key-by' failed on numbers[0]@0: boom.",
            s => s.KeyBy(x => new Box(x % 10), serde: new BoxSerde("write")).Process(() => new Counting(), "mine"), step: "key-by");

    [Fact]
    public void A_serde_that_fails_to_read_what_a_join_keeps()
        => Fails(
            "Operator 'mine' failed on numbers[0]@",
            s =>
            {
                var boxes = s.WithEventTime(x => x).KeyBy(x => x % 10).Select(x => new Box(x));
                var span = TimeSpan.FromMilliseconds(20);
                return boxes.JoinInterval(boxes.Where(_ => true), TimeSpan.Zero, span, (left, right) => left.Value + right.Value, "mine");
            },
            p => p.UseSerde(new BoxSerde("read")));

    private static KeyedStream<int, int> Keeps(Stream<int> stream) => stream.KeyBy(x => x % 10).Process(() => new Keeping(), "mine");

    private void Fails<T>(
        string text, Func<Stream<int>, Stream<T>> steps, Func<Pipeline, Pipeline>? with = null, string step = "mine",
        Action<Stream<T>>? end = null,
        int least = 1)
    {
        for (var workers = least; workers <= 2; workers++)
        {
            var pipeline = new Pipeline($"failing-{workers}-{Guid.NewGuid():N}");
            pipeline = with?.Invoke(pipeline) ?? pipeline;
            var results = steps(pipeline.From(Topic.Of<int>("numbers").StopAtEnd()));
            if (end is null) results.To(Sink.Memory<T>());
            else end(results);
            var error = Assert.Throws<OperatorException>(() => pipeline.RunAsync(
                new JobOptions { Log = _log, Workers = workers }, TestContext.Current.CancellationToken).GetAwaiter().GetResult());
            Assert.StartsWith(text, error.Message, StringComparison.Ordinal);
            Assert.Equal((step, "boom"), (error.Step, error.InnerException!.Message));
        }
    }

    private void Fails<TKey, T>(
        string text, Func<Stream<int>, KeyedStream<TKey, T>> steps, Func<Pipeline, Pipeline>? with = null, string step = "mine",
        int least = 1)
        where TKey : notnull
        => Fails(text, s => steps(s).Values(), with, step, least: least);

    /// <summary>Of the records of a key, each third joins the sessions of the two before it.</summary>
    private static long TimeOf(int value) => (value / 30 * 100) + ((value / 10 % 3) switch { 0 => 0, 1 => 30, _ => 15 });

    private static void FailIf(bool fails)
    {
        if (fails) throw new InvalidOperationException("boom");
    }

    private sealed record PassingNode(string Name, Node<int> Before, string Failing) : Node<int, int>(Name, Before)
    {
        public override Operator<int, int> CreateOperator()
        {
            FailIf(Failing == "create");
            return new Passing(Failing);
        }
    }

    private sealed class Passing(string failing) : Operator<int, int>
    {
        public override void Process(in Record<int> record)
        {
            FailIf(failing == "process" && record.Value == 7);
            Emit(in record);
        }

        public override void Advance(long watermark)
        {
            FailIf(failing == "advance");
            base.Advance(watermark);
        }

        public override void EndOfBatch() => FailIf(failing == "batch");

        public override void Close() => FailIf(failing == "close");

        protected override void Open() => FailIf(failing == "open");
    }

    private sealed record PassingTwoNode(Node<int> First, SecondInput<int> Other, string Failing)
        : Node<int, int, int>("mine", First, Other)
    {
        public override Operator<int, int, int> CreateOperator() => new PassingTwo(Failing);
    }

    private sealed class PassingTwo(string failing) : Operator<int, int, int>
    {
        public override void Process(in Record<int> record)
        {
            FailIf(failing == "first" && record.Value == 7);
            Emit(in record);
        }

        public override void ProcessSecond(in Record<int> record) => FailIf(failing == "second" && record.Value == 7);
    }

    private sealed class FailingAggregate(string failing) : Aggregation<int, long, long>
    {
        public override string Name => "failing";

        public override long Create()
        {
            FailIf(failing == "create");
            return 0;
        }

        public override void Add(ref long accumulator, in int value) => accumulator += value;

        public override void Merge(ref long accumulator, in long other)
        {
            FailIf(failing == "merge");
            accumulator += other;
        }

        public override bool CanCombine => true;

        public override long Result(in long accumulator)
        {
            FailIf(failing == "result");
            return accumulator;
        }
    }

    private sealed record Box(int Value);

    private sealed class BoxSerde(string failing) : Serde<Box>
    {
        public override void Write(Box value, IBufferWriter<byte> bytes)
        {
            FailIf(failing == "write");
            BitConverter.TryWriteBytes(bytes.GetSpan(sizeof(int)), value.Value);
            bytes.Advance(sizeof(int));
        }

        public override Box Read(ReadOnlyMemory<byte> bytes)
        {
            FailIf(failing == "read");
            return new(BitConverter.ToInt32(bytes.Span));
        }
    }

    private sealed class Counting : KeyedProcess<Box, int, int, int>
    {
        public override void OnRecord(in Record<int> record, ref int state, ProcessContext<Box, int> context) => context.Emit(++state);
    }

    private sealed class Keeping : KeyedProcess<int, int, Box?, int>
    {
        public override void OnRecord(in Record<int> record, ref Box? state, ProcessContext<int, int> context)
        {
            state = new Box(record.Value);
            context.Emit(record.Value);
        }
    }
}
