using Dataflow;

namespace Verbs;

/// <summary>Orders that nobody paid for within a quarter of an hour.</summary>
internal static class MatchTimedOutExample
{
    public static async Task RunAsync()
    {
        var pipeline = new Pipeline("match-timed-out");
        (int Minute, string Customer, string What)[] input =
            [(0, "ada", "order"), (1, "bob", "order"), (5, "ada", "payment"), (40, "bob", "payment")];
        var steps = pipeline.From(Source.Of(input)).WithEventTime(step => Shop.At(step.Minute)).KeyBy(step => step.Customer);

        var paid = steps.Match(
                Pattern.Begin<(int, string, string What)>("order", step => step.What == "order")
                    .FollowedBy("payment", step => step.What == "payment")
                    .Within(TimeSpan.FromMinutes(15)),
                (customer, match) => $"{customer}, {match.All.Count} of 2 steps",
                out var timedOut);

        paid.To(Sink.Console<string>(text => $"paid: {text}", "paid"));
        timedOut.To(Sink.Console<string>(text => $"not paid in time: {text}", "timed-out"));

        await pipeline.RunInMemoryAsync();
    }
}
