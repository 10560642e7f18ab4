using System.Buffers;
using Dataflow;
using Dataflow.Log;
using Dataflow.Testing;

namespace Stranger.Connectors;

/// <summary>A source of one's own that reads all of its input first, through another source, and one that leaves new records to
/// others.</summary>
public sealed class InOrderTests : IDisposable
{
    private static readonly long[] s_values = [.. Enumerable.Range(0, 200).Select(static i => i * 7L % 200)];

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Streams_wait_until_it_is_read_and_no_record_is_late(int workers)
    {
        _log.Write("values", Enumerable.Range(0, 6_000).Select(static i => i * 7L % 6_000), static value => (int)value);
        _log.Write("others", [1L], static _ => 0, partitions: 1);
        var (others, counts) = (Sink.Memory<long>("others"), Sink.Memory<long>("counts"));
        var pipeline = new Pipeline("in-order");
        pipeline.From(Topic.Of<long>("others").StopAtEnd()).To(others);
        pipeline.From(InOrder(new CheckedSerde())).WithEventTime(static value => value).KeyBy(static value => value % 2)
            .Window(Tumbling.Every(TimeSpan.FromMilliseconds(10)))
            .Aggregate(static a => a.Count(), static (_, _, count) => count).Values().To(counts);
        var job = SimulatedJob.Start(pipeline, _log, workers);
        for (var step = 0; step < 10; step++) job.Step();

        Assert.Equal(0, job.Status.RecordsRead);
        Assert.Contains("Streams start when it is at its end.", job.Diagnose().ToString(), StringComparison.Ordinal);
        job.Run();
        Assert.Equal([1], others.Committed);
        Assert.Equal((6_000, 0), (counts.Committed.Sum(), job.Status.Steps.Sum(static step => step.Late)));
    }

    [Fact]
    public void Crashes_change_no_result_and_a_bad_record_is_one_dead_letter()
        => new Simulation(
            static log => log.Write("values", s_values, static value => (int)value, partitions: 1),
            static () =>
            {
                var pipeline = new Pipeline("in-order") { OnError = ErrorPolicy.DeadLetter() };
                pipeline.From(InOrder(new CheckedSerde(bad: 77))).Select(static value => $"{value:d3}").To(Topic.Of<string>("results"));
                return pipeline;
            },
            static log =>
            {
                var results = Topic.Of<string>("results").ReadAll(log);
                Assert.Equal(results.Order(StringComparer.Ordinal), results);
                var letters = Topic.Of<DeadLetter>("in-order.dead-letters").ReadAll(log);
                return [.. results, .. letters.Select(static letter => $"{letter.Step} at {letter.Source}@{letter.Position}")];
            }).Run(seeds: 10);

    [Fact]
    public void The_plan_says_that_it_is_read_first_and_refuses_one_that_never_ends()
    {
        var pipeline = new Pipeline("in-order");
        pipeline.From(InOrder(new CheckedSerde())).To(Sink.Memory<long>());
        Assert.Contains("put in order of time before streams start", pipeline.Explain().ToString(), StringComparison.Ordinal);

        var endless = new Pipeline("endless");
        endless.From(new InOrderSource<int>(new EndlessSource(), static value => value)).To(Sink.Memory<int>());
        Assert.Contains(
            "source 'endless' does not end, so it cannot be put in order.", Assert.Throws<PlanException>(endless.Explain).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipeline_that_has_finished_stays_so_where_its_source_may_grow()
    {
        var numbers = new List<int> { 1, 2, 3 };
        SimulatedJob.Start(Copy(endsAtFirstStart: true), _log).Run();
        numbers.Add(4);

        SimulatedJob.Start(Copy(endsAtFirstStart: true), _log).Run();
        Assert.Equal(3, Topic.Of<int>("copies").ReadAll(_log).Count());
        Assert.Contains(
            "snapshot", Assert.ThrowsAny<DataflowException>(() => SimulatedJob.Start(Copy(endsAtFirstStart: false), _log)).Message,
            StringComparison.Ordinal);

        Pipeline Copy(bool endsAtFirstStart)
        {
            var pipeline = new Pipeline("copy");
            pipeline.From(new SnapshotSource(numbers, endsAtFirstStart)).To(Topic.Of<int>("copies"));
            return pipeline;
        }
    }

    private static InOrderSource<long> InOrder(Serde<long> serde)
        => new(Topic.Of("values", Input.Partitions, serde).StopAtEnd().AsSource(), static value => value);

    private sealed class CheckedSerde(long bad = -1) : Serde<long>
    {
        public override void Write(long value, IBufferWriter<byte> bytes) => Default.Write(value, bytes);

        public override long Read(ReadOnlyMemory<byte> bytes)
            => Default.Read(bytes) is var value && value == bad ? throw new FormatException("The value is bad.") : value;
    }

    private sealed class EndlessSource : Source<int>
    {
        public override string Name => "endless";

        public override bool IsBounded => false;

        public override IReadOnlyList<SplitDescription> Describe(SourceContext context) => [new(Name)];

        public override SourceReader<int> Open(SourceSplit split, long position, SourceContext context)
            => throw new NotSupportedException();
    }
}
