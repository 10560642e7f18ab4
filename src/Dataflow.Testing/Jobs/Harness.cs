namespace Dataflow.Testing;

/// <summary>Runs steps of a pipeline on lists, in one thread.</summary>
public static class Harness
{
    /// <summary>Runs a stream's steps on some values and returns the results, in order.</summary>
    public static IReadOnlyList<TOut> Run<TIn, TOut>(IEnumerable<TIn> values, Func<Stream<TIn>, Stream<TOut>> steps, int workers = 1)
    {
        ArgumentNullException.ThrowIfNull(steps);
        var pipeline = new Pipeline("test");
        var results = Sink.Memory<TOut>();
        steps(pipeline.From(Source.Of(values))).To(results);
        return Run(pipeline, results, workers);
    }

    /// <summary>Runs a keyed stream's steps on some values and returns the results, without the keys.</summary>
    public static IReadOnlyList<TOut> Run<TIn, TKey, TOut>(
        IEnumerable<TIn> values, Func<Stream<TIn>, KeyedStream<TKey, TOut>> steps, int workers = 1)
        where TKey : notnull
        => Run(values, stream => steps(stream).Values(), workers);

    /// <summary>Runs a bounded pipeline on a log in memory and returns the results of one of its sinks.</summary>
    public static IReadOnlyList<T> Run<T>(Pipeline pipeline, MemorySink<T> results, int workers = 1)
    {
        ArgumentNullException.ThrowIfNull(results);
        using var log = SimulatedJob.OpenLog();
        SimulatedJob.Start(pipeline, log, workers).Run();
        return results.Committed;
    }
}
