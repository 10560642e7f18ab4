using System.Text.RegularExpressions;
using System.Text;
using Dataflow.Log;
using Dataflow.Testing;
using Dataflow.Tests.Operators;

namespace Dataflow.Tests.Runtime;

/// <summary>What a user reads when code of a step fails: the step, and the record that it failed on.</summary>
public sealed class OperatorFaultTests : IDisposable
{
    private const string AtRecord = "failed on flights[3]@41: The delay is 999. The job stopped at its last checkpoint; correct the "
        + "operator or the input, then start the job again.";
    private const string OnWindow =
        "failed on the window from X to Y: The delay is 999. The job stopped at its last checkpoint; correct the operator or the "
        + "input, then start the job again.";

    private const string OnTimer = "failed on the timer of 1970-01-01T00:00:00.999Z: The delay is 999. The job stopped at its last "
        + "checkpoint; correct the operator or the input, then start the job again.";

    private static readonly Topic<Reading> Flights = Topic.Of<Reading>("flights").StopAtEnd();
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly LogStore _log = SimulatedJob.OpenLog();

    public OperatorFaultTests()
        => _log.Append("flights", Enumerable.Range(0, 42).Select(i => new Reading("a", i, i == 41 ? 999 : i)), partition: 3, partitions: 4);

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Names_step_and_record(int workers)
    {
        Check($"Operator 'where' {AtRecord}", workers, s => s.Where(r => Bad(r) > 0));
        Check($"Operator 'where' {AtRecord}", workers, s => s.KeyBy(r => r.Sensor).Where(r => Bad(r) > 0).Values());
        Check($"Operator 'to-text' {AtRecord}", workers, s => s.Select(Bad, name: "to-text"));
        Check($"Operator 'select' {AtRecord}", workers, s => s.KeyBy(r => r.Sensor).Select(Bad).Values());
        Check($"Operator 'select-many' {AtRecord}", workers, s => s.SelectMany(r => new[] { Bad(r) }));
        Check($"Operator 'select-many' {AtRecord}", workers, s => s.SelectMany(r => Enumerable.Range(0, 2).Select(_ => Bad(r))));
        Check($"Operator 'key-by' {AtRecord}", workers, s => s.KeyBy(Bad).Values());
        Check($"Operator 'event-time' {AtRecord}", workers, s => s.WithEventTime(r => (long)Bad(r)));
        Check($"Operator 'map-async' {AtRecord}", workers, s => s.MapAsync(r => Task.FromResult(Bad(r))));
        Check($"Operator 'map-async' {AtRecord}", workers, s => s.MapAsync(BadAsync));
        Check($"Operator 'process' {AtRecord}", workers, s => s.KeyBy(r => r.Sensor).Process(() => new BadProcess()).Values());
        Check($"Operator 'window-aggregate' {AtRecord}", workers,
            s => Windowed(s).Aggregate(a => a.Sum(r => Bad(r)), (_, _, n) => n).Values());
        Check($"Operator 'select' {AtRecord}", workers, s => s.SelectMany(r => new[] { r, r }).Select(Bad));
    }

    [Fact]
    public void Names_the_step_alone_where_no_single_record_is_at_fault()
    {
        Check($"Operator 'process' {OnTimer}", 2, s => Timed(s).Process(() => new BadTimer()).Values());
        Check($"Operator 'window-aggregate' {OnWindow}", 2,
            s => Windowed(s).Aggregate(a => a.Max(r => r.Value), (_, _, max) => Bad(max)).Values());
        Check($"Operator 'window-aggregate' {OnWindow}", 2, s => Windowed(s).Aggregate(_ => new BadMerge(), (_, _, n) => n).Values());
    }

    [Fact]
    public void Names_the_join_whose_result_failed()
        => Check($"Operator 'join' {AtRecord}", 2, s =>
        {
            var table = s.Pipeline.Table(Source.Of(["a"], "rows"), row => row);
            return s.KeyBy(r => r.Sensor).Join(table, (r, _) => Bad(r)).Values();
        });

    [Fact]
    public void Names_the_sink_that_failed()
        => Check($"Sink 'printer', asked to write, {AtRecord.Replace("operator or the input", "sink or what it writes to")}", 2, s =>
        {
            s.SelectMany(r => new[] { r }).To(new BadSink());
            return s;
        });

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Names_a_users_own_step_that_says_nothing_itself(int workers)
        => Check($"Operator 'silent' {AtRecord}", workers, s => s.SelectMany(r => new[] { r }).Add(input => new SilentNode(input)));

    [Fact]
    public void Names_it_behind_an_exchange_too()
        => Check($"Operator 'silent' {AtRecord}", 2, s => s.KeyBy(r => r.Sensor).Process(() => new Passing()).Values()
            .Add(input => new SilentNode(input)));

    [Fact]
    public void Says_that_a_key_is_null()
        => Check(
            "Operator 'key-by' failed on flights[3]@0: The key is null. The job stopped at its last checkpoint; correct the operator or "
            + "the input, then start the job again.", 2, s => s.KeyBy(_ => (string)null!).Values());

    [Fact]
    public void Says_that_a_sum_has_overflowed()
        => Check(
            "Operator 'window-aggregate' failed on flights[3]@1: Arithmetic operation resulted in an overflow. The job stopped at its last "
            + "checkpoint; correct the operator or the input, then start the job again.",
            2, s => Windowed(s).Aggregate(a => a.Sum(_ => long.MaxValue), (_, _, n) => n).Values());

    [Fact]
    public void Names_the_record_that_does_not_decode()
    {
        var records = new RecordBuffer();
        records.Append(0, Encoding.UTF8.GetBytes("not MessagePack"));
        _log.AppendBytes("flights", records, partition: 1);

        Check(
            "Source 'flights' could not read flights[1]@0 as Reading: Type Reading: the bytes are not of such a value: Unexpected msgpack "
            + "code 110 (positive fixint) encountered. Correct the record or the type that it is read as, then start the job again.",
            2, s => s);
    }

    [Fact]
    public void Keeps_what_was_committed_and_goes_on_after_the_correction()
    {
        var results = Sink.Memory<int>();
        var job = SimulatedJob.Start(Pipeline(s => s.Select(Bad), results), _log);
        Assert.Throws<OperatorException>(job.Run);
        job.Close();

        SimulatedJob.Start(Pipeline(s => s.Select(r => r.Value), results), _log).Run();

        Assert.Equal(Enumerable.Range(0, 41).Append(999), results.Committed);
    }

    private void Check<T>(string expected, int workers, Func<Stream<Reading>, Stream<T>> steps)
    {
        var job = SimulatedJob.Start(Pipeline(steps, Sink.Memory<T>()), _log, workers);
        var message = Assert.Throws<OperatorException>(job.Run).Message;
        Assert.Equal(expected, Regex.Replace(message, @"window from \S+Z to \S+Z:", "window from X to Y:"));
        job.Close();
    }

    private static Pipeline Pipeline<T>(Func<Stream<Reading>, Stream<T>> steps, MemorySink<T> results)
    {
        var pipeline = new Pipeline("faults");
        steps(pipeline.From(Flights)).To(results);
        return pipeline;
    }

    private static KeyedStream<string, Reading> Timed(Stream<Reading> stream) => stream.WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor);

    private static WindowedStream<string, Reading> Windowed(Stream<Reading> stream)
        => Timed(stream).Window(Hopping.Of(Second, every: Second / 100));

    private static int Bad(Reading reading) => Bad(reading.Value);

    private static int Bad(int value) => value == 999 ? throw new InvalidOperationException("The delay is 999") : value;

    private static async Task<int> BadAsync(Reading reading)
    {
        await Task.Yield();
        return Bad(reading);
    }

    private sealed record SilentNode(Node<Reading> Before) : Node<Reading, Reading>("silent", Before)
    {
        public override Operator<Reading, Reading> CreateOperator() => new SilentOperator();
    }

    private sealed class SilentOperator : Operator<Reading, Reading>
    {
        public override void Process(in Record<Reading> record) => Bad(record.Value);
    }

    private sealed class Passing : KeyedProcess<string, Reading, int, Reading>
    {
        public override void OnRecord(in Record<Reading> record, ref int state, ProcessContext<string, Reading> context)
            => context.Emit(record.Value);
    }

    private sealed class BadProcess : KeyedProcess<string, Reading, int, int>
    {
        public override void OnRecord(in Record<Reading> record, ref int state, ProcessContext<string, int> context) => Bad(record.Value);
    }

    private sealed class BadTimer : KeyedProcess<string, Reading, int, int>
    {
        public override void OnRecord(in Record<Reading> record, ref int state, ProcessContext<string, int> context)
            => context.SetTimer(record.Value.Value);

        public override void OnTimer(long timestamp, ref int state, ProcessContext<string, int> context) => Bad((int)timestamp);
    }

    private sealed class BadMerge : Aggregation<Reading, int, int>
    {
        public override string Name => "bad merge";

        public override int Create() => 0;

        public override void Add(ref int accumulator, in Reading value)
        {
        }

        public override void Merge(ref int accumulator, in int other) => Bad(999);

        public override int Result(in int accumulator) => 0;
    }

    private sealed class BadSink : Sink<Reading>
    {
        public override string Name => "printer";

        public override string Guarantee => "none";

        public override SinkWriter<Reading> Open(ReadOnlyMemory<byte> state, SinkContext context) => new Writer();

        private sealed class Writer : SinkWriter<Reading>
        {
            public override void Write(in Record<Reading> record) => Bad(record.Value);

            public override ReadOnlyMemory<byte> Prepare(CheckpointOutput output) => default;
        }
    }
}
