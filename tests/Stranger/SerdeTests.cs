using System.Buffers;
using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger;

/// <summary>Bytes of one's own: in state, in topics, and what a restart sees of them.</summary>
public sealed class SerdeTests : IDisposable
{
    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_value_inside_state_is_written_as_state_writes_it()
    {
        var bytes = new ArrayBufferWriter<byte>();
        Serde<(long, int)>.State.Write((1, 2), bytes);
        Assert.Equal(16, bytes.WrittenCount); // as it lies in memory
        Assert.Equal((1, 2), Serde<(long, int)>.State.Read(bytes.WrittenMemory));
        Assert.Equal("(Int64, Int32):16", Serde<(long, int)>.State.Signature);

        bytes.Clear();
        Serde<Reading>.State.Write(new(1, 2, 3), bytes);
        Assert.Equal(new Reading(1, 2, 3), Serde<Reading>.State.Read(bytes.WrittenMemory));
    }

    [Fact]
    public void State_of_a_type_whose_serde_has_another_signature_is_refused()
    {
        _log.Write("readings", Input.Readings(seed: 1));
        SimulatedJob.Start(Keeping("format 1"), _log).Run();
        SimulatedJob.Start(Keeping("format 1"), _log).Close();

        var error = Assert.Throws<PlanException>(() => SimulatedJob.Start(Keeping("format 2"), _log));
        Assert.Contains("serde of SerdeTests.Name: format 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sink_s_topic_is_there_when_it_is_opened_and_a_type_that_it_cannot_write_is_a_fault_of_the_plan()
    {
        _log.Write("readings", Input.Readings(seed: 1));
        var pipeline = new Pipeline("noted");
        pipeline.Readings("readings").Values().Select(static reading => reading.Value).To(new NoteSink<long>());
        SimulatedJob.Start(pipeline, _log).Run();
        Assert.Equal(240, Topic.Of<long>("notes").ReadAll(_log).Count());

        var wrong = new Pipeline("wrong");
        wrong.Readings("readings").Values().Select(static reading => (Func<long>)(() => reading.Value)).To(new NoteSink<Func<long>>());
        Assert.StartsWith(
            "step 'note': Type Func<Int64>", Assert.Single(Assert.Throws<PlanException>(wrong.Explain).Faults), StringComparison.Ordinal);
    }

    private static Pipeline Keeping(string format)
    {
        var pipeline = new Pipeline("keeping").UseSerde(new NameSerde(format));
        pipeline.Readings("readings").Select(static reading => new Name($"{reading.Value}")).ToTable("names").Changes().Values()
            .Select(static change => change.New!.Text).To(Topic.Of<string>("results"));
        return pipeline;
    }

    private sealed record Name(string Text);

    private sealed class NameSerde(string format) : Serde<Name>
    {
        public override string Signature => format;

        public override void Write(Name value, IBufferWriter<byte> bytes) => Serde<string>.Default.Write(value.Text, bytes);

        public override Name Read(ReadOnlyMemory<byte> bytes) => new(Serde<string>.Default.Read(bytes));
    }

    /// <summary>Appends to a topic with each checkpoint.</summary>
    private sealed class NoteSink<T> : Sink<T>
    {
        public override string Name => "note";

        public override string Guarantee => "exactly once";

        public override NewTopic? Creates => new("notes", 1);

        public override void CheckTypes() => _ = Serde<T>.Default;

        public override SinkWriter<T> Open(ReadOnlyMemory<byte> state, SinkContext context) => new Writer(context.Log.GetTopic("notes"));

        private sealed class Writer(LogTopic topic) : SinkWriter<T>
        {
            private readonly ArrayBufferWriter<byte> _bytes = new();
            private RecordBuffer _records = new();

            public override void Write(in Record<T> record)
            {
                _bytes.ResetWrittenCount();
                Serde<T>.Default.Write(record.Value, _bytes);
                _records.Append(record.Timestamp, _bytes.WrittenSpan);
            }

            public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
            {
                output.Append(topic, 0, _records);
                _records = new();
                return default;
            }
        }
    }
}
