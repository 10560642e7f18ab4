using CsCheck;
using Dataflow.Log;
using Dataflow.Testing;

namespace Dataflow.Tests.Windows;

/// <summary>How a test runs steps: input split over partitions, stopped in the middle and carried on by other workers.</summary>
internal sealed record Restarted(int Partitions, int Before, int After, int Steps)
{
    private const string Input = "readings";

    public static Gen<Restarted> Any { get; } = Gen.Select(Gen.Int[1, 2], Gen.Int[1, 3], Gen.Int[1, 3], Gen.Int[0, 40])
        .Select((partitions, before, after, steps) => new Restarted(partitions, before, after, steps));

    /// <summary>Any that keeps the order of all records.</summary>
    public static Gen<Restarted> InOrder { get; } = Any.Select(run => run with { Partitions = 1 });

    public IReadOnlyList<TOut> Run<TOut>(Reading[] readings, Func<Stream<Reading>, Stream<TOut>> steps)
    {
        using var log = SimulatedJob.OpenLog();
        for (var partition = 0; partition < Partitions; partition++)
            log.Append(Input, readings.Where((_, i) => i % Partitions == partition), partition, Partitions);
        var results = Sink.Memory<TOut>();
        var job = SimulatedJob.Start(PipelineTo(results, steps), log, Before, seed: Steps);
        for (var step = 0; step < Steps; step++) job.Step();
        job.Begin();
        while (job.Status.Checkpoints.Count == 0) job.Step();
        for (var step = 0; step < Steps / 4; step++) job.Step(); // done again after the restart
        job.Close();
        SimulatedJob.Start(PipelineTo(results, steps), log, After, seed: Steps).Run();
        return results.Committed;
    }

    private static Pipeline PipelineTo<TOut>(MemorySink<TOut> results, Func<Stream<Reading>, Stream<TOut>> steps)
    {
        var pipeline = new Pipeline("restarted");
        steps(pipeline.From(Topic.Of<Reading>(Input).StopAtEnd())).To(results);
        return pipeline;
    }
}
