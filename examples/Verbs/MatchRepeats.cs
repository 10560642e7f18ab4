using Dataflow;

namespace Verbs;

/// <summary>Parts that repeat, that may be missing, and that take as few as they can.</summary>
internal static class MatchRepeatsExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("match-repeats");
        var letters = pipeline.From(Source.Of("a", "b", "b", "b", "c"))
            .WithEventTime(_ => Shop.At(0))
            .KeyBy(_ => "all");
        var start = Pattern.Begin<string>("a", letter => letter == "a");
        Pattern<string>[] patterns =
        [
            start.Next("b", letter => letter == "b").Times(2),
            start.Next("b", letter => letter == "b").Times(1, 9),
            start.Next("b", letter => letter == "b").Times(1, 9).Reluctant(),
            start.Next("x", letter => letter == "x").Optional().FollowedBy("c", letter => letter == "c"),
        ];
        foreach (var (number, pattern) in patterns.Index())
        {
            letters.Match(pattern, (_, match) => $"{pattern}: {string.Join(" ", match.All)}", name: $"match-{number}")
                .To(Sink.Console<string>(name: $"matches-{number}"));
        }

        await pipeline.RunInMemoryAsync();
    }
}
