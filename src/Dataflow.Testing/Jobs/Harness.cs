namespace Dataflow.Testing;

/// <summary>Runs steps of a pipeline on lists, in one thread.</summary>
public static class Harness
{
    /// <summary>What comes out of a stream's steps for some values, in order.</summary>
    public static IReadOnlyList<TOut> Run<TIn, TOut>(IEnumerable<TIn> values, Func<Stream<TIn>, Stream<TOut>> steps, int workers = 1)
    {
        ArgumentNullException.ThrowIfNull(steps);
        var pipeline = new Pipeline("test");
        var results = Sink.Memory<TOut>();
        steps(pipeline.From(Source.Of(values))).To(results);
        return Run(pipeline, results, workers);
    }

    /// <summary>What a keyed stream's steps give for some values, without the keys.</summary>
    public static IReadOnlyList<TOut> Run<TIn, TKey, TOut>(
        IEnumerable<TIn> values, Func<Stream<TIn>, KeyedStream<TKey, TOut>> steps, int workers = 1)
        where TKey : notnull
        => Run(values, stream => steps(stream).Values(), workers);

    /// <summary>Runs a bounded pipeline on a log in memory and returns what one of its sinks got.</summary>
    public static IReadOnlyList<T> Run<T>(Pipeline pipeline, MemorySink<T> results, int workers = 1)
    {
        ArgumentNullException.ThrowIfNull(results);
        using var log = SimulatedJob.OpenLog();
        SimulatedJob.Start(pipeline, log, workers).Run();
        return results.Committed;
    }
}
