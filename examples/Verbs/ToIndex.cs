using Dataflow;
using Dataflow.Vectors;

namespace Verbs;

/// <summary>An index of vectors that follows a table.</summary>
internal static class ToIndexExample
{
    public static async Task RunAsync()
    {
        (string Name, float[] Taste)[] input =
            [("tea", [0.0f, 1.0f]), ("coffee", [0.6f, 0.8f]), ("rum", [1.0f, 0.0f]), ("tea", [0.8f, 0.6f])];
        var pipeline = new Pipeline("to-index");
        using var index = VectorIndex.Exact<string, (string Name, float[] Taste)>(dimensions: 2);
        pipeline.Table(Source.Of(input, "drinks"), drink => drink.Name)
            .ToIndex(index, drink => drink.Taste);

        await pipeline.RunInMemoryAsync();
        foreach (var found in index.Search([0.0f, 1.0f], count: 2)) Console.WriteLine($"{found.Key}: {found.Similarity:0.0}");
    }
}
