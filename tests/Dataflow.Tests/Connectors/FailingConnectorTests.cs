using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Connectors;

/// <summary>Sources, sinks and processes of a user's own that fail in each of their methods.</summary>
public sealed class FailingConnectorTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("Describe", "Source 'mine' failed: boom.")]
    [InlineData("Open", "Source 'mine' failed on part@0: boom.")]
    [InlineData("Read", "Source 'mine' failed on part@0: boom.")]
    [InlineData("Position", "Source 'mine' failed on part@0: boom.")]
    [InlineData("IsFinished", "Source 'mine' failed on part@10: boom.")]
    [InlineData("Dispose", "Source 'mine' failed on part@10: boom.")]
    public void An_error_of_a_source_names_it_with_split_and_position(string failing, string text)
    {
        var pipeline = new Pipeline("failing");
        pipeline.From(new FailingSource(failing)).To(Sink.Memory<int>());
        Fails(pipeline, "mine", text);
    }

    [Theory]
    [InlineData("Open", "Sink 'mine', asked to open, failed: boom.")]
    [InlineData("Write", "Sink 'mine', asked to write, failed on part@0: boom.")]
    [InlineData("Prepare", "Sink 'mine', asked to prepare a checkpoint, failed: boom.")]
    [InlineData("Commit", "Sink 'mine', asked to commit a checkpoint, failed: boom.")]
    [InlineData("Finish", "Sink 'mine', asked to finish, failed: boom.")]
    [InlineData("Dispose", "Sink 'mine', asked to close, failed: boom.")]
    public void An_error_of_a_sink_names_it_and_the_call(string failing, string text)
    {
        var pipeline = new Pipeline("failing");
        pipeline.From(new FailingSource("")).To(new FailingSink(failing));
        Fails(pipeline, "mine", text);
    }

    [Fact]
    public void A_process_that_cannot_be_made_is_a_fault_of_the_plan_that_names_the_step()
    {
        var pipeline = new Pipeline("failing");
        pipeline.From(new FailingSource("")).KeyBy(x => x).Process(KeyedProcess<int, int, int> () => throw Boom(), "mine")
            .To(Sink.Memory<int>());

        Assert.Contains(
            "step 'mine' cannot be made: boom", Assert.Throws<PlanException>(pipeline.Explain).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_process_that_cannot_be_made_for_a_worker_names_the_step(int worker) // after twice for the plan
    {
        var made = 0;
        var pipeline = new Pipeline("failing");
        pipeline.From(new FailingSource("")).KeyBy(x => x).Process(() => made++ < worker ? new Nothing() : throw Boom(), "mine")
            .To(Sink.Memory<int>());
        Fails(pipeline, "mine", "Operator 'mine' failed: boom.");
    }

    private static InvalidOperationException Boom() => new("boom");

    private void Fails(Pipeline pipeline, string step, string text)
    {
        var error = Assert.Throws<OperatorException>(() =>
        {
            pipeline.RunAsync(new JobOptions { Log = _log, Workers = 2 }, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        });
        Assert.StartsWith(text, error.Message, StringComparison.Ordinal);
        Assert.Equal(step, error.Step);
        Assert.Equal("boom", error.InnerException!.Message);
    }

    private sealed class Nothing : KeyedProcess<int, int, int>
    {
        public override void Open(ProcessStates<int, int> states)
        {
        }

        public override void OnRecord(in Record<int> record, ProcessContext<int, int> context)
        {
        }
    }

    private sealed class FailingSource(string failing) : Source<int>
    {
        public override string Name => "mine";

        public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
            => failing == "Describe" ? throw Boom() : [new("part")];

        public override SourceReader<int> Open(SourceSplit split, long position, SourceContext context)
            => failing == "Open" ? throw Boom() : new Reader(failing, split);

        private sealed class Reader(string failing, SourceSplit split) : SourceReader<int>
        {
            private long _position;

            public override long Position => failing == "Position" ? throw Boom() : _position;

            public override bool IsFinished => failing == "IsFinished" ? throw Boom() : _position == 10;

            public override int Read(Span<Record<int>> records)
            {
                if (failing == "Read") throw Boom();
                var count = 0;
                for (; _position < 10
                    && count < records.Length; count++) records[count] = new((int)_position, 0, new(split.Id, _position++));
                return count;
            }

            protected override void Dispose(bool disposing)
            {
                base.Dispose(disposing);
                if (failing == "Dispose") throw Boom();
            }
        }
    }

    private sealed class FailingSink(string failing) : Sink<int>
    {
        public override string Name => "mine";

        public override string Guarantee => "none";

        public override SinkWriter<int> Open(ReadOnlyMemory<byte> state, SinkContext context)
            => failing == "Open" ? throw Boom() : new Writer(failing);

        private sealed class Writer(string failing) : SinkWriter<int>
        {
            public override void Write(in Record<int> record) => FailIf("Write");

            public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
            {
                FailIf("Prepare");
                return default;
            }

            public override void Commit() => FailIf("Commit");

            public override void Finish() => FailIf("Finish");

            protected override void Dispose(bool disposing)
            {
                base.Dispose(disposing);
                FailIf("Dispose");
            }

            private void FailIf(string call)
            {
                if (failing == call) throw Boom();
            }
        }
    }
}
