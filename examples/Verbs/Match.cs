using Dataflow;

namespace Verbs;

/// <summary>Prices that rise and then fall, within an hour.</summary>
internal static class MatchExample
{
    public static async Task RunAsync()
    {
        Price[] input = [new(0, "tea", 4), new(10, "tea", 6), new(20, "tea", 7), new(30, "tea", 3), new(40, "tea", 9)];
        var pipeline = new Pipeline("match");
        var prices = pipeline.From(Source.Of(input)).WithEventTime(price => price.Time).KeyBy(price => price.Item);

        prices.Match(
                Pattern.Begin<Price>("start", _ => true)
                    .Next("rise", (price, match) => price.Euro > match.All[^1].Euro).OneOrMore()
                    .Next("fall", (price, match) => price.Euro < match["rise"][^1].Euro)
                    .Within(TimeSpan.FromHours(1)),
                (item, match) => $"{item}: {match["start"][0].Euro} up to {match["rise"][^1].Euro}, down to {match["fall"][0].Euro}")
            .To(Sink.Console<string>());

        await pipeline.RunInMemoryAsync();
    }
}
