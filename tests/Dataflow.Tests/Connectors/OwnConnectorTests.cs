using System.Buffers.Binary;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Connectors;

/// <summary>A source and a sink as a user writes them, through the public types alone.</summary>
public sealed class OwnConnectorTests : IDisposable
{
    private const int ColumnLength = 300;

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void All_splits_of_a_source_reach_a_sink_once(int workers)
    {
        var sink = new LedgerSink();
        var job = SimulatedJob.Start(Pipeline(sink), _log, workers, checkpointInterval: TimeSpan.FromMilliseconds(5));
        job.Run();

        Assert.Equal(Everything, sink.Visible.Order());
        Assert.True(sink.IsFinished);
        Assert.Equal(3 * ColumnLength, job.Status.RecordsRead);
        Assert.All(job.Status.Splits, split => Assert.True(split.IsFinished));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_crash_after_any_number_of_steps_changes_nothing_for_the_sink(int workers)
    {
        for (var steps = 0; steps < 120; steps += 7)
        {
            using var log = SimulatedJob.OpenLog();
            var sink = new LedgerSink();
            var job = SimulatedJob.Start(Pipeline(sink), log, workers, seed: steps, checkpointInterval: TimeSpan.FromMilliseconds(5));
            for (var step = 0; step < steps; step++) job.Step();
            job.Close();
            Assert.Equal(sink.Visible.Distinct().Count(), sink.Visible.Count);

            SimulatedJob.Start(Pipeline(sink), log, workers, checkpointInterval: TimeSpan.FromMilliseconds(5)).Run();

            Assert.Equal(Everything, sink.Visible.Order());
        }
    }

    [Fact]
    public void A_sink_learns_of_each_checkpoint_before_it_prepares_the_next()
    {
        var sink = new LedgerSink();
        SimulatedJob.Start(Pipeline(sink), _log, workers: 2, checkpointInterval: TimeSpan.FromMilliseconds(1)).Run();

        Assert.True(sink.Calls.Count >= 4);
        Assert.Equal(Enumerable.Repeat(new[] { "prepare", "commit" }, sink.Calls.Count / 2).SelectMany(calls => calls), sink.Calls);
    }

    [Fact]
    public void A_sink_goes_on_from_what_it_prepared_for_the_last_checkpoint()
    {
        var sink = new LedgerSink();
        var job = SimulatedJob.Start(Pipeline(sink), _log, workers: 1);
        while (job.Status.RecordsRead < 64) job.Step();
        job.Checkpoint();
        var committed = sink.Visible.Count;
        job.Close();

        SimulatedJob.Start(Pipeline(sink), _log, workers: 1);

        Assert.Equal(committed, sink.OpenedWith);
    }

    private static IEnumerable<int> Everything => Enumerable.Range(0, 3 * ColumnLength);

    private static Pipeline Pipeline(LedgerSink sink)
    {
        var pipeline = new Pipeline("own");
        pipeline.From(new ColumnsSource()).To(sink);
        return pipeline;
    }

    /// <summary>Three splits of numbers.</summary>
    private sealed class ColumnsSource : Source<int>
    {
        public override string Name => "columns";

        public override IReadOnlyList<SplitDescription> Describe(SourceContext context)
            => [.. Enumerable.Range(0, 3).Select(column => new SplitDescription($"column {column}"))];

        public override SourceReader<int> Open(SourceSplit split, long position, SourceContext context) => new Column(split, position);
    }

    private sealed class Column(SourceSplit split, long position) : SourceReader<int>
    {
        private long _next = position;

        public override long Position => _next;

        public override bool IsFinished => _next == ColumnLength;

        public override int Read(Span<Record<int>> records)
        {
            var count = (int)Math.Min(records.Length, ColumnLength - _next);
            for (var i = 0; i < count; i++, _next++)
                records[i] = new((split.Index * ColumnLength) + (int)_next, 0, new RecordOrigin(split.Id, _next));
            return count;
        }
    }

    /// <summary>A ledger outside the job: what was prepared is pending until the commit.</summary>
    private sealed class LedgerSink : Sink<int>
    {
        public List<int> Prepared { get; } = [];

        public int VisibleCount { get; set; }

        public IReadOnlyList<int> Visible => Prepared[..VisibleCount];

        public List<string> Calls { get; } = [];

        public int OpenedWith { get; private set; }

        public bool IsFinished { get; set; }

        public override string Name => "ledger";

        public override string Guarantee => "exactly once";

        public override SinkWriter<int> Open(ReadOnlyMemory<byte> state, SinkContext context)
        {
            OpenedWith = state.IsEmpty ? 0 : BinaryPrimitives.ReadInt32LittleEndian(state.Span);
            Prepared.RemoveRange(OpenedWith, Prepared.Count - OpenedWith);
            VisibleCount = OpenedWith;
            return new LedgerWriter(this);
        }
    }

    private sealed class LedgerWriter(LedgerSink ledger) : SinkWriter<int>
    {
        private readonly List<int> _written = [];

        public override void Write(in Record<int> record) => _written.Add(record.Value);

        public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output)
        {
            ledger.Calls.Add("prepare");
            ledger.Prepared.AddRange(_written);
            _written.Clear();
            return BitConverter.GetBytes(ledger.Prepared.Count);
        }

        public override void Commit()
        {
            ledger.Calls.Add("commit");
            ledger.VisibleCount = ledger.Prepared.Count;
        }

        public override void Finish() => ledger.IsFinished = true;
    }
}
