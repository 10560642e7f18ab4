using Dataflow;

namespace Verbs;

/// <summary>Results in a list of the process.</summary>
internal static class MemoryExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("memory");
        var results = Sink.Memory<int>();
        pipeline.From(Source.Of(1, 2, 3)).Select(number => number * number).To(results);

        await pipeline.RunInMemoryAsync();
        Console.WriteLine(string.Join(", ", results.Committed));
    }
}
