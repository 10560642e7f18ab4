using CsCheck;
using Dataflow.Testing;

namespace Dataflow.Tests.Operators;

public class DeduplicateTests
{
    [Fact]
    public void The_first_record_of_each_key_passes()
        => Gen.Select(Gen.Int[0, 20].Array, Gen.Int[1, 3]).Sample(
            (values, workers) => Assert.Equal(
                values.Distinct().Order(), Harness.Run(values, s => s.KeyBy(x => x).Deduplicate(), workers).Order()),
            iter: 30);

    [Fact]
    public void A_key_passes_again_once_its_first_record_is_too_old()
        => Reading.Disordered(100).Sample(
            readings =>
            {
                var expected = new List<Reading>();
                foreach (var reading in readings)
                {
                    if (!expected.Exists(p => p.Sensor == reading.Sensor && Math.Abs(p.TimeMs - reading.TimeMs) <= 150)) expected.Add(
                        reading);
                }

                Assert.Equal(expected, Harness.Run(readings, s => Within(s, 150)));
            },
            iter: 60);

    [Fact]
    public void Keys_are_forgotten_as_time_goes_on()
    {
        using var log = SimulatedJob.OpenLog();
        log.Append("readings", Enumerable.Range(0, 10_000).Select(i => new Reading($"{i}", i * 10, 0)));
        var pipeline = new Pipeline("deduplicate");
        Within(pipeline.From(Topic.Of<Reading>("readings")), 1000).To(Sink.Memory<Reading>());
        var job = SimulatedJob.Start(pipeline, log);
        job.RunUntilIdle();
        job.Checkpoint();

        Assert.InRange(job.Status.StateEntries, 1, 500);
        job.Close();
    }

    [Fact]
    public void A_duplicate_behind_the_watermark_is_late_and_not_another_first()
    {
        using var log = SimulatedJob.OpenLog();
        var pipeline = new Pipeline("deduplicate");
        var (first, late) = (Sink.Memory<Reading>("first"), Sink.Memory<Reading>("late"));
        pipeline.From(Topic.Of<Reading>("readings")).WithEventTime(r => r.TimeMs).KeyBy(r => r.Sensor)
            .Deduplicate(TimeSpan.FromSeconds(30), out var tooLate).To(first);
        tooLate.To(late);
        Reading[] readings = [new("x", 5_000, 0), new("y", 120_000, 0), new("x", 5_000, 1)];
        var job = Feed(readings[..2]);
        job.Close();
        job = Feed(readings[2..]); // also after a restart

        Assert.Equal(readings[..2], first.Committed);
        Assert.Equal(readings[2..], late.Committed);
        Assert.Equal(1, job.Status.Steps.Single(step => step.Name == "deduplicate").Late);
        job.Close();

        SimulatedJob Feed(Reading[] records)
        {
            log.Append("readings", records);
            var fed = SimulatedJob.Start(pipeline, log);
            fed.RunUntilIdle();
            fed.Checkpoint();
            return fed;
        }
    }

    private static KeyedStream<string, Reading> Within(Stream<Reading> stream, int ms)
        => stream.WithEventTime(r => r.TimeMs, maxOutOfOrderness: TimeSpan.FromMilliseconds(100)).KeyBy(r => r.Sensor)
            .Deduplicate(TimeSpan.FromMilliseconds(ms));
}
