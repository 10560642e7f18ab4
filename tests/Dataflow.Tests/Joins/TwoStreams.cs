using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Joins;

/// <summary>Two disordered streams of different speed, and how a test joins them: stopped in the middle and carried on by other
/// workers.</summary>
internal sealed record TwoStreams(Reading[] Lefts, Reading[] Rights, int Partitions, int Before, int After, int Steps)
{
    public const long LatenessMs = 60;

    public static Gen<TwoStreams> Any { get; } = Gen.Select(
        Reading.Disordered(LatenessMs), Reading.Disordered(LatenessMs), Gen.Long[1, 4], Gen.Int[1, 2],
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 3], Gen.Int[0, 40])).Select(
        (lefts, rights, speed, partitions, run) => new TwoStreams(
            lefts, Moved(rights, lefts, speed), partitions, run.Item1, run.Item2, run.Item3));

    public IReadOnlyList<TOut> Run<TOut>(Func<KeyedStream<string, Reading>, KeyedStream<string, Reading>, Stream<TOut>> join)
        => Run(join, out _);

    public IReadOnlyList<TOut> Run<TOut>(
        Func<KeyedStream<string, Reading>, KeyedStream<string, Reading>, Stream<TOut>> join, out JobStatus status)
    {
        using var log = SimulatedJob.OpenLog();
        Append(log, "lefts", Lefts);
        Append(log, "rights", Rights);
        var results = Sink.Memory<TOut>();
        var job = SimulatedJob.Start(PipelineTo(results, join), log, Before, seed: Steps);
        if (Steps > 0)
        {
            for (var step = 0; step < Steps; step++) job.Step();
            job.Begin();
            while (job.Status.Checkpoints.Count == 0) job.Step();
            for (var step = 0; step < Steps / 4; step++) job.Step(); // done again after the restart
            job.Close();
            job = SimulatedJob.Start(PipelineTo(results, join), log, After, seed: Steps);
        }

        job.Run();
        status = job.Status;
        return results.Committed;
    }

    private static Pipeline PipelineTo<TOut>(
        MemorySink<TOut> results, Func<KeyedStream<string, Reading>, KeyedStream<string, Reading>, Stream<TOut>> join)
    {
        var pipeline = new Pipeline("joined");
        join(Timed(pipeline, "lefts"), Timed(pipeline, "rights")).To(results);
        return pipeline;
    }

    private static KeyedStream<string, Reading> Timed(Pipeline pipeline, string topic)
        => pipeline.From(Topic.Of<Reading>(topic).StopAtEnd())
            .WithEventTime(r => r.TimeMs, TimeSpan.FromMilliseconds(LatenessMs), name: $"{topic}-time")
            .KeyBy(r => r.Sensor);

    private void Append(LogStore log, string topic, Reading[] readings)
    {
        for (var partition = 0; partition < Partitions; partition++)
            log.Append(topic, readings.Where((_, i) => i % Partitions == partition), partition, Partitions);
    }

    /// <summary>The readings at another speed, from where the others begin.</summary>
    private static Reading[] Moved(Reading[] readings, Reading[] others, long speed)
    {
        if (readings.Length == 0) return readings;
        var start = readings[0].TimeMs;
        var to = others.Length == 0 ? start : others[0].TimeMs;
        return [.. readings.Select(r => r with { TimeMs = to + ((r.TimeMs - start) / speed) })];
    }
}
