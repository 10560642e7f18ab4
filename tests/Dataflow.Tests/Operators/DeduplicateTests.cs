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
                    if (!expected.Exists(p => p.Sensor == reading.Sensor && Math.Abs(p.TimeMs - reading.TimeMs) <= 150)) expected.Add(reading);
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

    private static KeyedStream<string, Reading> Within(Stream<Reading> stream, int ms)
        => stream.WithEventTime(r => r.TimeMs, lateness: TimeSpan.FromMilliseconds(100)).KeyBy(r => r.Sensor).Deduplicate(TimeSpan.FromMilliseconds(ms));
}
