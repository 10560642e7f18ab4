using Dataflow;

namespace Verbs;

/// <summary>Shows each strategy for the record at which the search continues after a match.</summary>
internal static class AfterMatchExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("after-match");
        var letters = pipeline.From(Source.Of("b1", "b2", "b3", "c"))
            .WithEventTime(_ => Shop.At(0))
            .KeyBy(_ => "all");
        AfterMatch[] all =
        [
            AfterMatch.SkipPastLast, AfterMatch.SkipToNext, AfterMatch.SkipToFirst("b"), AfterMatch.SkipToLast("b"), AfterMatch.NoSkip,
        ];
        foreach (var after in all)
        {
            var pattern = Pattern.Begin<string>("b", letter => letter[0] == 'b').OneOrMore()
                .Next("c", letter => letter == "c")
                .Then(after);
            letters.Match(pattern, (_, match) => $"{after}: {string.Join(" ", match.All)}", name: $"{after}".Replace(' ', '-'))
                .To(Sink.Console<string>(name: $"{after}"));
        }

        await pipeline.RunInMemoryAsync();
    }
}
