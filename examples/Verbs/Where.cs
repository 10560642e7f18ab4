using Dataflow;

namespace Verbs;

/// <summary>Some numbers out of all.</summary>
internal static class WhereExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("where");
        pipeline.From(Source.Of(1, 2, 3, 4, 5, 6))
            .Where(number => number % 2 == 0)
            .To(Sink.Console<int>());

        var status = await pipeline.RunInMemoryAsync();
        Console.WriteLine($"{status.Of("where").Filtered} filtered");
    }
}
