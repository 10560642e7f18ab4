using Dataflow;

namespace Verbs;

/// <summary>Any number of values of one.</summary>
internal static class SelectManyExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("select-many");
        pipeline.From(Source.Of("two cups", "", "tea"))
            .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
