using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Runtime;

/// <summary>in = out + filtered + late + missed + dead letters, for every step, whatever fails in the middle.</summary>
public class ConservationTests
{
    private const long LatenessMs = 50;

    private enum Verb
    {
        Select,
        Where,
        Rekey,
        MapAsync,
        Join,
        Window,
    }

    private static readonly Gen<Reading[]> Readings = Reading.Disordered(4 * LatenessMs);
    private static readonly Gen<Verb[]> Verbs = Gen.Enum<Verb>().Array[1, 6];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Holds_for_any_steps_that_fail_filter_or_find_records_late(int workers) => Gen.Select(Readings, Verbs).Sample(
        (readings, verbs) =>
        {
            using var log = Filled(readings);
            var job = SimulatedJob.Start(Build(verbs, out var kept), log, workers, seed: readings.Length);
            job.Run();
            Check(job.Status, readings.Length, kept.Committed.Count);
            return true;
        },
        iter: 15);

    [Fact]
    public void Holds_for_what_a_restarted_job_did_and_no_record_counts_twice() => Gen.Select(Readings, Verbs, Gen.Int[1, 40]).Sample(
        (readings, verbs, steps) =>
        {
            using var log = Filled(readings);
            var job = SimulatedJob.Start(Build(verbs, out _), log, workers: 2, seed: steps);
            for (var step = 0; step < steps; step++) job.Step();
            job.Checkpoint();
            var before = job.Status;
            for (var step = 0; step < 10; step++) job.Step();
            job.Close();

            job = SimulatedJob.Start(Build(verbs, out _), log, workers: 1, seed: steps);
            job.Run();

            Assert.Equal(readings.Length, Read(before) + Read(job.Status));
            return true;
        },
        iter: 15);

    [Fact]
    public void Names_the_steps_that_lost_records()
    {
        var pipeline = new Pipeline("lossy");
        pipeline.From(Source.Of([1, 2, 3])).Add(input => new LossyNode(input)).To(Sink.Memory<int>());
        using var log = SimulatedJob.OpenLog();
        var job = SimulatedJob.Start(pipeline, log);

        var error = Assert.Throws<InvalidOperationException>(job.Run);

        Assert.Equal(
            "Records were lost or doubled: step 'lossy': 3 came in, 2 went out, 0 filtered, 0 late, 0 missed, 0 dead letters.",
            error.Message);
        job.Close();
    }

    private static void Check(JobStatus status, int read, int written)
    {
        status.CheckThatNoRecordIsLost();
        Assert.Equal(read, Read(status));
        Assert.True(status.Steps.Count(step => step.InFlight is not null) > 1);
        Assert.Equal(read, written + status.Steps.Sum(step => step.Filtered + step.Late + step.Unmatched + step.DeadLetters));
    }

    private static long Read(JobStatus status) => status.Splits.Where(split => split.Name != "sensors").Sum(split => split.Read);

    private static LogStore Filled(Reading[] readings)
    {
        var log = SimulatedJob.OpenLog();
        foreach (var (partition, part) in readings.Index().GroupBy(reading => reading.Index % 2).Select(part => (part.Key, part)))
            log.Append("readings", part.Select(reading => reading.Item), partition, partitions: 2);
        if (readings.Length < 2) log.Append("readings", Array.Empty<Reading>(), 1, 2);
        return log;
    }

    private static Pipeline Build(Verb[] verbs, out MemorySink<Reading> kept)
    {
        kept = Sink.Memory<Reading>();
        var pipeline = new Pipeline("law") { OnError = ErrorPolicy.DeadLetter(long.MaxValue) };
        var sensors = pipeline.Table(Source.Of(["s0", "s1", "s2"], "sensors"), sensor => sensor);
        var stream = pipeline.From(Topic.Of<Reading>("readings").StopAtEnd())
            .WithEventTime(r => Unless(r, 13).TimeMs, TimeSpan.FromMilliseconds(LatenessMs)).KeyBy(r => Unless(r, 11).Sensor);
        foreach (var (index, verb) in verbs.Index()) stream = Add(verb, $"{verb}-{index}", stream, sensors);
        stream.To(kept);
        return pipeline;
    }

    private static KeyedStream<string, Reading> Add(
        Verb verb, string name, KeyedStream<string, Reading> stream, Table<string, string> sensors)
        => verb switch
        {
            Verb.Select => stream.Select(r => Unless(r, 7), name),
            Verb.Where => stream.Where(r => Unless(r, 17).Value % 3 != 0, name),
            Verb.Rekey => stream.Values().KeyBy(r => Unless(r, 19).Sensor, name),
            Verb.MapAsync => stream.Values().MapAsync(r => Task.FromResult(Unless(r, 23)), name: name).KeyBy(r => r.Sensor),
            Verb.Join => stream.Join(sensors, (r, _) => Unless(r, 29), name),
            _ => stream.Window(Tumbling.Every(TimeSpan.FromMilliseconds(LatenessMs)), name).Records,
        };

    private static Reading Unless(Reading reading, int divisor)
        => reading.Value % divisor == 0 ? throw new InvalidOperationException($"Divisible by {divisor}.") : reading;

    private sealed record LossyNode(Node<int> Before) : Node<int, int>("lossy", Before)
    {
        public override Operator<int, int> CreateOperator() => new LossyOperator();
    }

    private sealed class LossyOperator : Operator<int, int>
    {
        public override bool IsOneToOne => true;

        public override void Process(in Record<int> record)
        {
            if (record.Value != 2) Emit(in record);
        }
    }
}
