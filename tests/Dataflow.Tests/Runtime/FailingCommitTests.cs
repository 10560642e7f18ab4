using Dataflow.Log;

namespace Dataflow.Tests.Runtime;

public sealed class FailingCommitTests : IDisposable
{
    private readonly LogStore _log = LogStore.Open("commits", new LogOptions { Durability = Durability.Memory });

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_sink_whose_commit_failed_does_not_finish_before_the_next_start_has_made_up_for_it()
    {
        var sink = new Journal { FailsToCommit = true };
        await Assert.ThrowsAsync<OperatorException>(() => RunAsync(sink));
        Assert.Equal(["open 0", "prepare", "commit fails", "close"], sink.Calls);

        sink.FailsToCommit = false;
        await RunAsync(sink);
        Assert.Equal(["open 1", "finish", "close"], sink.Calls.Skip(4));
    }

    private Task RunAsync(Journal sink)
    {
        var pipeline = new Pipeline("numbers");
        pipeline.From(Source.Of([1, 2], "numbers")).To(sink);
        return pipeline.RunAsync(new JobOptions { Log = _log, Workers = 1, CheckpointInterval = TimeSpan.FromHours(1) });
    }

    private sealed class Journal : Sink<int>
    {
        public bool FailsToCommit { get; set; }

        public List<string> Calls { get; } = [];

        public override string Name => "journal";

        public override string Guarantee => "none";

        public override SinkWriter<int> Open(ReadOnlyMemory<byte> state, SinkContext context)
        {
            Calls.Add($"open {state.Length}");
            return new Writer(this);
        }

        private sealed class Writer(Journal sink) : SinkWriter<int>
        {
            public override void Write(in Record<int> record)
            {
            }

            public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
            {
                sink.Calls.Add("prepare");
                return new byte[1];
            }

            public override void Commit()
            {
                sink.Calls.Add(sink.FailsToCommit ? "commit fails" : "commit");
                if (sink.FailsToCommit) throw new IOException("No.");
            }

            public override void Finish() => sink.Calls.Add("finish");

            protected override void Dispose(bool disposing)
            {
                sink.Calls.Add("close");
                base.Dispose(disposing);
            }
        }
    }
}
